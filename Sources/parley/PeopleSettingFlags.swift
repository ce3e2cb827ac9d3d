import ArgumentParser

/// The flags for who may come in, and what for.
struct PeopleSettingFlags: ParsableArguments {
  @Option(name: .customLong("registration"), help: .setting("registration"))
  var registration: String?

  @Flag(name: .customLong("guests"), inversion: .prefixedNo, help: .setting("guests"))
  var guests: Bool?

  @Option(name: .customLong("room-creation"), help: .setting("room_creation"))
  var roomCreation: String?

  /// What was given, by the setting's name.
  var values: [String: [String]] {
    .given(
      [
        ("registration", self.registration), ("guests", self.guests.map { "\($0)" }),
        ("room_creation", self.roomCreation),
      ], lists: [])
  }
}
