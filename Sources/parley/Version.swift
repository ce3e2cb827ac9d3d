/// What this binary is.
enum Version {
  /// Counts by semantic versioning; the changelog says what changed.
  static let number = "0.1.0"

  /// What `parley --version` prints.
  static let text = "parley \(Self.number) (commit \(commitOfThisBuild))"
}
