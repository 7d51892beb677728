//! Many byte streams over one WebSocket.
