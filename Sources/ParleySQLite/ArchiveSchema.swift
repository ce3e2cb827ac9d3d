import ParleyModel

/// The archive's tables.
///
/// A message's and an event's row number is (room number << 40 | sequence or position), so that
/// what a member may see of a room is one range.
enum ArchiveSchema {
  /// "Prly", so that tools tell it from other databases.
  static let applicationID: Int64 = 0x5072_6C79
  static let format: Int64 = 1

  /// - `run` is how many messages directly before this one are posts like it, or lines like it:
  ///   a reader that may see only the one kind steps over all of the other at once.
  /// - `epoch` and `original` are the message's id; `original` is null where it is the sequence.
  /// - `unindexed` has a row for each write that the index has not taken in: which messages.
  static let creation = """
    CREATE TABLE messages(
      id INTEGER PRIMARY KEY, position INTEGER NOT NULL, time INTEGER NOT NULL,
      sender INTEGER NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL, run INTEGER NOT NULL,
      epoch INTEGER NOT NULL, body TEXT NOT NULL, subject TEXT, reply_to INTEGER,
      original INTEGER, account TEXT, removed_time INTEGER, removed_by INTEGER,
      removed_name TEXT, removed_account TEXT);
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
