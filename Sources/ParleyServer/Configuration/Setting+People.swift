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
  ]

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
