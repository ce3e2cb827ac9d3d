/// Where the archive lives inside the data directory.
package enum SQLiteArchiveFile {
  package static let name = "archive.sqlite"
}
