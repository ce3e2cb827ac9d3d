import ArgumentParser

/// The flags for who may come in, and what for.
struct PeopleSettingFlags: ParsableArguments {
  @Option(name: .customLong("registration"), help: .setting("registration"))
  var registration: String?

  @Flag(name: .customLong("guests"), inversion: .prefixedNo, help: .setting("guests"))
  var guests: Bool?

  @Option(name: .customLong("room-creation"), help: .setting("room_creation"))
  var roomCreation: String?

  @Option(name: .customLong("owned-rooms"), help: .setting("owned_rooms"))
  var ownedRooms: String?

  @Option(name: .customLong("strangers-per-hour"), help: .setting("strangers_per_hour"))
  var strangersPerHour: String?

  @Option(name: .customLong("hold"), help: .setting("hold"))
  var hold: String?

  /// What was given, by the setting's name.
  var values: [String: [String]] {
    .given(
      [
        ("registration", self.registration), ("guests", self.guests.map { "\($0)" }),
        ("room_creation", self.roomCreation), ("owned_rooms", self.ownedRooms),
        ("strangers_per_hour", self.strangersPerHour), ("hold", self.hold),
      ], lists: [])
  }
}
