import ParleyModel

extension Setting {
  /// Who may come in, and what for.
  static let people: [Setting] = [
    .words(
      "registration", "WHO", \.registration,
      [("open", .open), ("invite", .invite), ("closed", .closed)],
      help: "Whether a guest may make its name an account: anybody, with a code, or nobody"),
    .one(
      "guests", nil, \.allowsGuests, standard: "true", allowed: "true or false",
      help: "Whether names without an account are let in"
    ) { SettingValue.isTrue($0) },
    .words(
      "room_creation", "WHO", \.roomCreation,
      [("everybody", .everybody), ("accounts", .accounts), ("administrators", .administrators)],
      help: "Who may make a room by joining one that does not exist"),
    .most(
      "owned_rooms", \.ownedRoomsMax, of: 1...100_000,
      help: "How many rooms one person may own; administrators may own more"),
    .most(
      "strangers_per_hour", \.strangersMax, of: 1...1_000_000,
      help: "To how many people, not written with before, one may write in an hour"),
    .duration(
      "hold", \.hold, .zero ... .seconds(3600),
      help: "How long the place of a client that can come back is held when it is lost"),
  ]

  /// A row for a bound.
  private static func most(
    _ name: String, _ path: any Path<Int>, of range: ClosedRange<Int>, help: String
  ) -> Setting {
    .one(
      name, "N", path, standard: "\(ServerConfiguration()[keyPath: path])",
      allowed: "a number from \(range.lowerBound) to \(range.upperBound)", help: help
    ) { (text: String) -> Int? in
      SettingValue.integer(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A row for one of several words, each of which stands for a value.
  private static func words<Value: Hashable & Sendable>(
    _ name: String, _ placeholder: String, _ path: any Path<Value>, _ words: [(String, Value)],
    help: String
  ) -> Setting {
    let standard = ServerConfiguration()[keyPath: path]
    return .one(
      name, placeholder, path, standard: words.first { $0.1 == standard }?.0 ?? "",
      allowed: "one of " + Self.series(words.map(\.0)), help: help
    ) { text in words.first { $0.0 == text }?.1 }
  }
}
