/// What a session sets for itself: `/set`.
extension LineDialect {
  mutating func set(_ setting: LineSetting, _ value: String) {
    switch setting {
    case .numbers: self.wantedStyle.numbers = value == "on"
    case .colour: self.wantedStyle.colour = value == "on"
    case .verbs: self.verbs = value == "on"
    case .timezone: self.wantedStyle.zone = LineZone(value) ?? .utc
    }
  }

  func description(of setting: LineSetting?) -> String {
    switch setting {
    case .numbers: "numbers are \(self.wantedStyle.numbers ? "on" : "off")"
    case .colour: "colour is \(self.wantedStyle.colour ? "on" : "off")"
    case .verbs: "verbs are \(self.verbs ? "on" : "off")"
    case .timezone: "times are \(self.wantedStyle.zone.name)"
    case nil: LineSetting.allCases.map { self.description(of: $0) }.joined(separator: ", ")
    }
  }
}
