/// The events of a ``Client``: each is given once, whoever takes it.
///
/// They end behind ``ConnectionState/closed(_:)``, and in a task that is cancelled.
public struct Events: AsyncSequence, Sendable {
  let client: Client

  public func makeAsyncIterator() -> Iterator {
    Iterator(client: self.client)
  }

  /// Takes event after event; nothing is taken ahead, so that another one can go on.
  public struct Iterator: AsyncIteratorProtocol {
    let client: Client

    public mutating func next() async -> Event? {
      await self.client.engine.nextEvent()
    }
  }
}
