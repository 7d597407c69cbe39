// Runs leanSpec's test vectors against the node, and says of each fixture how it went.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::vectors {

enum class Outcome {
  kPassed,
  kFailed,  ///< The node disagrees with the fixture, or the fixture cannot be read.
  kNotYet,  ///< leanSpec has this kind of fixture, and nothing here can check it so far. Never a pass.
};

/// passed, failed, not yet.
std::string_view to_string(Outcome outcome);

/// What came of one fixture.
struct FixtureResult {
  std::string name;  ///< The fixture's key in its file; the path where the file as a whole is at fault.
  std::string kind;  ///< leanSpec's fixtureFormat, without the _test at its end; empty if the file has none.
  Outcome outcome = Outcome::kFailed;
  std::string message;  ///< One line: what differs, or what is missing. Empty for a pass.
};

/// Runs every fixture of a JSON file. Never throws: a file that is missing, cut off, malformed, empty or of
/// an unknown kind is a failure with one line.
[[nodiscard]] std::vector<FixtureResult> run_file(const std::filesystem::path& path);

/// The same for text that was read already; `name` stands for its path.
[[nodiscard]] std::vector<FixtureResult> run_text(std::string_view text, const std::string& name);

/// All JSON files below a directory, or the file itself, in the order of their paths. Empty if there is no
/// such path.
[[nodiscard]] std::vector<std::filesystem::path> find_files(const std::filesystem::path& path);

}  // namespace lockstep::vectors
