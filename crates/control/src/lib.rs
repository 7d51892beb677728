//! The use cases: the only place where model, seal and store meet.
