import NIOPosix

/// A participant of a Parley server: stays connected, and knows what it has and has not.
///
/// 1. A lost connection is made again (``Reconnection``), and gets what was missed.
/// 2. Each message comes as an event exactly once, in the order of its conversation; what cannot
///    be had is reported as ``Event/missed(_:)``.
/// 3. A request that was not answered is sent again where that can have no second effect; else it
///    fails with ``ClientError/outcomeUnknown``.
/// 4. Whoever does not take the events stops the reading from the socket (``Bounds/eventsMax``),
///    and the server's policy for slow readers acts.
///
/// Safe to use from any task. Its state lives on an event loop of its own.
public final class Client: Sendable {
  /// The participant's secret; see ``Configuration/token``.
  public let token: String

  let engine: ClientEngine

  /// Makes a client that is not connected: its events tell of the first attempt, too.
  ///
  /// Call ``start()``.
  public init(_ configuration: Configuration) {
    self.token = configuration.token
    self.engine = ClientEngine(
      configuration, on: MultiThreadedEventLoopGroup.singleton.next())
  }

  deinit {
    self.engine.abandon()
  }

  /// Connects, enters, and answers when the server has let us in.
  ///
  /// - Throws: ``ClientError``: why not, where the first attempt fails and
  ///   ``Reconnection/includesFirst`` is false.
  public static func connect(_ configuration: Configuration) async throws(ClientError) -> Client {
    let client = Client(configuration)
    try await client.start()
    return client
  }

  /// What is told.
  public var events: Events { Events(client: self) }

  /// Connects and enters, once; the answer to it.
  @discardableResult
  public func start() async throws(ClientError) -> Welcome {
    try await self.engine.start()
  }

  /// How it stands with the server.
  public var state: ConnectionState {
    get async { await self.engine.state() }
  }

  /// What was told of the open rooms and the direct conversations, for ``Configuration/cursors``.
  ///
  /// It speaks of what was told as events, taken or not: keep the places of the messages that you
  /// have dealt with where that matters.
  public var cursors: [String: Cursor] {
    get async { await self.engine.cursors() }
  }

  /// Asks for anything that the server has a method for, and answers with its `result`.
  ///
  /// - Parameters:
  ///   - method: the method of the contract.
  ///   - params: its parameters.
  ///   - repeating: whether it may be sent again where its answer was lost. With
  ///     ``Repeating/byNonce`` a nonce is added where there is none.
  /// - Returns: the `result` of the answer.
  /// - Throws: ``ClientError``.
  public func request(
    _ method: String, _ params: [String: JSON] = [:], repeating: Repeating = .never
  ) async throws(ClientError) -> JSON {
    try await self.engine.request(method, params, repeating)
  }

  /// Leaves the server, with a last word to the rooms, and closes the client.
  ///
  /// Requests without an answer fail with ``ClientError/closed(_:)``. Does nothing when closed.
  public func quit(_ lastWord: String? = nil) async {
    await self.engine.quit(lastWord)
  }
}

/// Whether a request may be sent again after its answer was lost with the connection.
public enum Repeating: Hashable, Sendable {
  /// A second time could do something else; the request fails.
  case never
  /// It only reads, or doing it twice is doing it once.
  case always
  /// It stores a message, and has a nonce: the server gives its first answer.
  case byNonce
  /// A second time is refused with this code, which then means that it was done.
  case untilRefused(String)
}
