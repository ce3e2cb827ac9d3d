/// Rooms, and who is in them.
extension Client {
  /// Switches to a room, which is made where there is none; the current one closes and stays
  /// joined.
  @discardableResult
  public func join(_ room: String) async throws(ClientError) -> Room {
    try await self.read("join", ["room": .string(room)]).room()
  }

  /// Opens one more room beside the current one; it is made where there is none.
  @discardableResult
  public func open(_ room: String) async throws(ClientError) -> Room {
    try await self.read("open", ["room": .string(room)]).room()
  }

  /// Closes a room, of which you stay a member.
  public func close(_ room: String) async throws(ClientError) {
    _ = try await self.read("close", ["room": .string(room)])
  }

  /// Ends the membership of a room.
  public func leave(_ room: String) async throws(ClientError) {
    // Where the answer was lost, the membership may have ended already.
    _ = try await self.request(
      "leave", ["room": .string(room)], repeating: .untilRefused("not_a_member"))
  }

  /// What a room is about; nil where nobody said.
  public func topic(of room: String) async throws(ClientError) -> Topic? {
    try await self.read("topic", ["room": .string(room)]).optional("topic", Fields.topic)
  }

  /// Sets what a room is about; an empty text removes it.
  public func setTopic(_ text: String, of room: String) async throws(ClientError) {
    _ = try await self.request("topic", ["room": .string(room), "text": .string(text)])
  }

  /// Who is in a room.
  public func who(_ room: String) async throws(ClientError) -> People {
    try await self.read("who", ["room": .string(room)]).people()
  }

  /// Which rooms there are, at most 1,000, and how many there are besides.
  public func rooms() async throws(ClientError) -> (rooms: [RoomSummary], more: Int) {
    let answer = try await self.read("rooms")
    return (try answer.list("rooms", Fields.roomSummary), try answer.count("more"))
  }
}
