// A failing schedule of a user's program as text that a person can read, edit and commit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/lockstep/symbols.h"

namespace lockstep::tools {

/// The first line of such a file, with the version of the format.
inline constexpr const char* kStoredScheduleHeader = "lockstep-explored 1";

struct StoredSchedule {
  /// The program's file name: its identity. `path` is how it was reached when the schedule was stored.
  std::string program;
  std::string path;
  std::vector<std::string> arguments;
  /// Options of `explore` that change what a schedule does, as on the command line.
  std::vector<std::string> options;
  std::string strategy;
  std::uint64_t seed = 0;
  std::uint64_t schedule = 0;
  std::string fingerprint;
  std::string sentence;
  /// What the runtime wrote: objects, stretches of turns, hash, values; places as offsets.
  std::string pins;
};

/// The text of the file, with the names of variables in the place of offsets.
[[nodiscard]] std::string to_text(const StoredSchedule& stored, Symbols& symbols);

/// The inverse; `symbols` are those of the program as it is now (null: names stay as they are). Throws
/// UsageError with one line that names `file`.
[[nodiscard]] StoredSchedule parse_stored_schedule(const std::string& file, const std::string& text,
                                                   Symbols* symbols);

/// Variables that compiler and C library put beside the program's.
[[nodiscard]] bool is_compilers_variable(const std::string& name);

}  // namespace lockstep::tools
