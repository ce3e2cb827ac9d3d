/// Something wrong with what a data directory holds.
package struct DataFault: Error, Hashable, Sendable {
  /// The file that has it.
  package var file: String
  /// What is wrong, with the place in the file.
  package var text: String
  /// Whether a newer release wrote it, which is no damage.
  package var isNewer = false

  package init(file: String, text: String, isNewer: Bool = false) {
    self.file = file
    self.text = text
    self.isNewer = isNewer
  }

  /// What an error says about a file, without repeating its name.
  package init(_ error: LogError, file: String) {
    self.file = file
    let text: String
    switch error {
    case .full: text = "there is no space on its disk"
    case .newer(let told):
      text = told
      self.isNewer = true
    case .failed(let told), .damaged(let told), .inUse(let told): text = told
    }
    self.text = text.split(separator: file, omittingEmptySubsequences: false)
      .joined(separator: "it")
  }
}
