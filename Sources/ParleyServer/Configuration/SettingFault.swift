/// What is wrong with one value, and what is allowed.
package struct SettingFault: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Every mistake that the configuration was found to have, a line each.
///
/// Each names where it is: `parley.yaml:7: …`, `PARLEY_THREADS: …`, `--threads: …`.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  package var faults: [String]

  package init(_ faults: [String]) {
    self.faults = faults
  }

  package var description: String { self.faults.joined(separator: "\n") }
}
