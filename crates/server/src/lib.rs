//! HTTP: API, agent endpoint, configuration, jobs, start-up.
