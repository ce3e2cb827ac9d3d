/// One thing that an operator may set: a row of the table from which flags, their help, the
/// manual and the answers to mistakes come.
package struct Setting: Sendable {
  /// The key in the file, in snake case.
  package var name: String
  /// What the help calls the value, as in `DIRECTORY`; nil where the flag stands alone.
  package var placeholder: String?
  /// Whether it takes several values: a list in the file, commas in the variable, the flag
  /// repeated.
  package var isList = false
  /// The default, as it would be written, or in words where it is found at the start.
  package var standard: String
  /// Whether ``standard`` is a value, rather than words for one.
  package var standardIsValue = true
  /// What may stand there, as it follows "is not".
  package var allowed: String
  /// One sentence, for the help and the manual.
  package var help: String
  /// Puts the values into a configuration.
  package var assign: @Sendable ([String], inout ServerConfiguration) throws(SettingFault) -> Void

  /// The flag, as in `--log-level`.
  package var flag: String { "--" + self.flagName }

  /// The flag without its dashes.
  package var flagName: String { String(self.name.map { $0 == "_" ? "-" : $0 }) }

  /// The environment variable, as in `PARLEY_LOG_LEVEL`.
  package var variable: String { Self.variablePrefix + self.name.uppercased() }

  /// What every variable of the server begins with.
  package static let variablePrefix = "PARLEY_"

  /// What the flag's help says.
  package var flagHelp: String { "\(self.help) (default: \(self.standard))" }
}

extension Setting {
  typealias Path<Value> = WritableKeyPath<ServerConfiguration, Value> & Sendable

  /// A row whose single value is read by `read`, which answers nil for what is not allowed.
  static func one<Value>(
    _ name: String, _ placeholder: String?, _ path: any Path<Value>, standard: String,
    allowed: String, help: String, read: @escaping @Sendable (String) -> Value?
  ) -> Setting {
    Setting(
      name: name, placeholder: placeholder, standard: standard, allowed: allowed, help: help
    ) { (values, configuration) throws(SettingFault) in
      guard let text = values.first, values.count == 1 else {
        throw SettingFault("takes one value: \(allowed)")
      }
      guard let value = read(text) else {
        throw SettingFault("\"\(text)\" is not \(allowed)")
      }
      configuration[keyPath: path] = value
    }
  }

  /// A row for one of the cases of an enumeration.
  static func choice<Value: CaseIterable & RawRepresentable<String> & Sendable>(
    _ name: String, _ placeholder: String, _ path: any Path<Value>, help: String
  ) -> Setting {
    let values = Dictionary(uniqueKeysWithValues: Value.allCases.map { ($0.rawValue, $0) })
    let choices = Value.allCases.map(\.rawValue)
    let standard = ServerConfiguration()[keyPath: path].rawValue
    return .one(
      name, placeholder, path, standard: standard, allowed: "one of " + Self.series(choices),
      help: help
    ) { values[$0] }
  }

  /// A row for a time between two bounds.
  static func duration(
    _ name: String, _ path: any Path<Duration>, _ range: ClosedRange<Duration>, help: String
  ) -> Setting {
    .one(
      name, "TIME", path,
      standard: SettingValue.text(of: ServerConfiguration()[keyPath: path]),
      allowed: Self.allowed(range), help: help
    ) { text in SettingValue.duration(text).flatMap { range.contains($0) ? $0 : nil } }
  }

  static func allowed(_ range: ClosedRange<Duration>) -> String {
    "a time from \(SettingValue.text(of: range.lowerBound)) to "
      + "\(SettingValue.text(of: range.upperBound)), with its unit (ms, s, m, h, d)"
  }

  /// `a`, `a or b`, `a, b or c`.
  static func series(_ words: [String], last conjunction: String = "or") -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }
}
