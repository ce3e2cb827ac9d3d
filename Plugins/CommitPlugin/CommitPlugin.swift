import Foundation
import PackagePlugin

/// Writes the commit that is being built into a Swift file, for `parley --version`.
///
/// A plugin rather than a script, so that a plain `swift build` of a fresh clone knows its commit
/// too and the tree stays clean. Where there is no git, or no clone, the commit is "unknown". The
/// file is replaced only when it differs, so that nothing is built again for nothing.
@main
struct CommitPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
    let folder = context.pluginWorkDirectoryURL.appending(path: "Commit")
    let script = """
      commit=$(git -C "$1" rev-parse --short=12 HEAD 2>/dev/null) || commit=unknown
      [ -z "$(git --no-optional-locks -C "$1" status --porcelain --untracked-files=no 2>/dev/null)" ] ||
        commit="$commit, changed"
      mkdir -p "$2"
      printf 'let commitOfThisBuild = "%s"\\n' "$commit" >"$2/new"
      cmp -s "$2/new" "$2/Commit.swift" || cp "$2/new" "$2/Commit.swift"
      rm -f "$2/new"
      """
    return [
      .prebuildCommand(
        displayName: "Naming the commit",
        executable: URL(filePath: "/bin/sh"),
        arguments: ["-c", script, "commit", context.package.directoryURL.path, folder.path],
        outputFilesDirectory: folder)
    ]
  }
}
