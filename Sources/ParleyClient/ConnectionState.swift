/// How a ``Client`` stands with the server.
public enum ConnectionState: Hashable, Sendable {
  /// A connection is being made.
  case connecting
  /// There is a connection, and the server was asked to let us in.
  case connected
  /// We are in, and get what was missed; what is asked for now is done after it.
  case resuming
  /// Everything is as it should be.
  case live
  /// The connection was lost, or not made; after that time it is tried again.
  case waiting(Duration, because: ClientError)
  /// The end; nothing follows.
  case closed(Ending)
}

/// Why a ``Client`` is closed.
public enum Ending: Hashable, Sendable {
  /// ``Client/quit(_:)`` was called.
  case quit
  /// Nothing can be done about it, or ``Reconnection`` says that it was tried for long enough.
  case failed(ClientError)
}
