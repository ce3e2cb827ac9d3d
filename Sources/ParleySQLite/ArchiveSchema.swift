import ParleyModel

/// The archive's tables.
///
/// The row number of messages is (room number << 40 | the first one's sequence), that of an event
/// (room number << 40 | position), so that what a member may see of a room is one range.
enum ArchiveSchema {
  /// "Prly", so that tools tell it from other databases.
  static let applicationID: Int64 = 0x5072_6C79
  static let format: Int64 = 2

  /// - A row of `blocks` has `count` messages that follow one another, all posts or all lines
  ///   (`MessageBlock`). Messages are many: in rows of their own they cost three times as much.
  /// - `run` is how many messages directly before the first one are of its kind: a reader that may
  ///   see only the other one steps over all of them at once.
  /// - `unindexed` has a row for each write that the index has not taken in: which messages.
  /// - The row numbers of `search` are those that its messages would have alone.
  static let creation = """
    CREATE TABLE blocks(
      id INTEGER PRIMARY KEY, posts INTEGER NOT NULL, run INTEGER NOT NULL,
      count INTEGER NOT NULL, messages BLOB NOT NULL);
    CREATE TABLE events(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, event BLOB NOT NULL);
    CREATE TABLE state(
      kind INTEGER NOT NULL, id BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(kind, id)
    ) WITHOUT ROWID;
    CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE unindexed(id INTEGER PRIMARY KEY, ranges BLOB NOT NULL);
    CREATE VIRTUAL TABLE search USING fts5(
      subject, body, content='', detail=none, columnsize=0,
      tokenize="unicode61 remove_diacritics 2");
    INSERT INTO search(search, rank) VALUES('automerge', 16);
    INSERT INTO meta VALUES('offset', 0);
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(format);
    """
}

/// The row number of something of a room.
func rowID(_ room: RoomID, _ number: UInt64) -> Int64 {
  Int64(room.number) << 40 | Int64(truncatingIfNeeded: min(number, 1 << 40 - 1))
}

/// The sequence or position in a row number.
func number(inRowID id: Int64) -> UInt64 {
  UInt64(id & (1 << 40 - 1))
}
