import Configuration

/// A configuration, and what was written to get it.
package struct LoadedConfiguration: Sendable {
  package var configuration: ServerConfiguration
  /// The values of each setting that was given, from the strongest place that gives it.
  package var values: [String: [String]] = [:]
}

/// Puts a configuration together: a flag goes before a variable, a variable before the file.
package struct ConfigurationLoader: Sendable {
  /// What was given on the command line: the setting's name and its values.
  package var flags: [String: [String]]
  /// The environment.
  package var variables: [String: String]
  /// The file that was asked for; nil takes ``defaultFile`` where it exists.
  package var file: String?

  /// The file that is read where none is named.
  package static let defaultFile = "parley.yaml"

  package init(
    flags: [String: [String]] = [:], variables: [String: String] = [:], file: String? = nil
  ) {
    self.flags = flags
    self.variables = variables
    self.file = file
  }

  /// One place that settings come from.
  private struct Source {
    var reader: ConfigReader
    /// Where in it a setting stands, as a mistake is told.
    var place: (Setting) -> String
    /// The line where a setting stands, in a file.
    var line: (Setting) -> Int = { _ in 0 }
    /// What was wrong before any value was looked at.
    var faults: [(line: Int, text: String)] = []
  }

  /// Reads all places and tells every mistake, or answers what the server is to be.
  ///
  /// The weakest place comes first, so that the stronger ones replace what it set, and a mistake is
  /// found also where another place overrides it. `fileExists` says whether ``defaultFile`` is
  /// there.
  package func load(
    fileExists: (String) -> Bool
  ) throws(ConfigurationError) -> ServerConfiguration {
    try self.loadWithValues(fileExists: fileExists).configuration
  }

  /// The same, with what was written.
  package func loadWithValues(
    fileExists: (String) -> Bool
  ) throws(ConfigurationError) -> LoadedConfiguration {
    var sources: [Source] = []
    if let path = self.file ?? (fileExists(Self.defaultFile) ? Self.defaultFile : nil) {
      let file = try ConfigurationFile(path: path)
      sources.append(Self.source(of: file))
    }
    sources.append(
      Source(
        reader: ConfigReader(
          provider: EnvironmentVariablesProvider(environmentVariables: self.variables)
            .prefixKeys(with: "parley")),
        place: { $0.variable }))
    sources.append(
      Source(
        reader: ConfigReader(provider: InMemoryProvider(values: self.flags, name: "flags")),
        place: { $0.flag }))
    return try Self.load(sources)
  }

  /// Reads one text as if it were the only place; for `parley.yaml` in tests and checks.
  package static func load(
    yaml: String, name: String = Self.defaultFile
  ) throws(ConfigurationError) -> ServerConfiguration {
    try self.load([self.source(of: try ConfigurationFile(text: yaml, name: name))]).configuration
  }

  /// Variables that look like one of ours with a slip of the finger, each with what was meant.
  package var misspelledVariables: [(name: String, meant: String)] {
    // What they have in common would make others look alike.
    let prefix = Setting.variablePrefix
    let known = Setting.all.map { String($0.variable.dropFirst(prefix.count)) }
    return self.variables.keys.sorted().compactMap { name in
      let own = String(name.dropFirst(prefix.count))
      guard name.hasPrefix(prefix), !known.contains(own) else { return nil }
      return own.nearest(in: known).map { (name, prefix + $0) }
    }
  }

  private static func source(of file: ConfigurationFile) -> Source {
    Source(
      reader: ConfigReader(provider: file.provider),
      place: { "\(file.name):\(file.lines[$0.name] ?? 0): \($0.name)" },
      line: { file.lines[$0.name] ?? 0 },
      faults: file.faults)
  }

  private static func load(
    _ sources: [Source]
  ) throws(ConfigurationError) -> LoadedConfiguration {
    var configuration = ServerConfiguration()
    var given: [String: [String]] = [:]
    var faults: [String] = []
    for source in sources {
      var found = source.faults
      for setting in Setting.all {
        guard let values = self.values(of: setting, in: source.reader) else { continue }
        do throws(SettingFault) {
          try setting.assign(values, &configuration)
          given[setting.name] = values
        } catch {
          found.append((source.line(setting), "\(source.place(setting)): \(error)"))
        }
      }
      // In a file from its top to its end; elsewhere in the order of the table.
      let ordered = found.enumerated().sorted {
        ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
      }
      faults += ordered.map(\.element.text)
    }
    if faults.isEmpty { faults = configuration.faultsTogether }
    guard faults.isEmpty else { throw ConfigurationError(faults) }
    return LoadedConfiguration(configuration: configuration, values: given)
  }

  private static func values(of setting: Setting, in reader: ConfigReader) -> [String]? {
    let key = ConfigKey([setting.name])
    guard setting.isList else { return reader.string(forKey: key).map { [$0] } }
    return reader.stringArray(forKey: key)?.filter { !$0.isEmpty }
  }
}

extension InMemoryProvider {
  /// A provider of settings as they were written.
  init(values: [String: [String]], name: String) {
    var content: [AbsoluteConfigKey: ConfigValue] = [:]
    for (key, texts) in values {
      let isList = Setting.named(key)?.isList ?? false
      content[AbsoluteConfigKey([key], context: [:])] =
        isList
        ? ConfigValue(.stringArray(texts), isSecret: false)
        : ConfigValue(.string(texts.joined(separator: ",")), isSecret: false)
    }
    self.init(name: name, values: content)
  }
}
