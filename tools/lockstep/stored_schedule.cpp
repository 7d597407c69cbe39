// Writing and reading stored schedules.
#include "tools/lockstep/stored_schedule.h"

#include <fmt/format.h>

#include <sstream>

#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

/// What stands in quotes at the beginning of `text`, which is cut off; false when nothing does.
bool take_quoted(std::string& text, std::string& out) {
  if (!text.starts_with('"')) {
    return false;
  }
  out.clear();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.erase(0, i + 1);
      return true;
    }
    i += text[i] == '\\' && i + 1 < text.size() ? 1 : 0;
    out += text[i];
  }
  return false;
}

/// The variable at eight bytes, and how far into it these are.
struct Named {
  std::string variable;
  std::uint64_t inside = 0;
};

Named name_of(std::uint64_t offset, Symbols& symbols) {
  for (std::uint64_t byte = 0; byte < 8; ++byte) {
    const std::string name = symbols.variable(symbols.base() + offset + byte);
    const bool begins_here = name.find('+') == std::string::npos;
    if (!name.empty() && begins_here && !is_compilers_variable(name)) {
      return {name, 0};
    }
  }
  const std::string name = symbols.variable(symbols.base() + offset);
  const std::size_t plus = name.rfind('+');
  return plus == std::string::npos ? Named{name, 0}
                                   : Named{name.substr(0, plus), std::stoull(name.substr(plus + 1))};
}

/// `object 1 global 4660` becomes `object 1 global "counter" 0`.
std::string named_line(const std::string& line, Symbols& symbols) {
  unsigned number = 0;
  unsigned long offset = 0;
  if (std::sscanf(line.c_str(), "object %u global %lu", &number, &offset) != 2) {
    return line;
  }
  const Named named = name_of(offset, symbols);
  return named.variable.empty()
             ? line
             : fmt::format("object {} global {} {}", number, quoted(named.variable), named.inside);
}

/// The inverse. Throws a sentence about a variable that is no more.
std::string numbered_line(const std::string& line, Symbols& symbols) {
  const std::size_t at = line.find(" global \"");
  if (!line.starts_with("object ") || at == std::string::npos) {
    return line;
  }
  std::string rest = line.substr(at + 8);
  std::string name;
  if (!take_quoted(rest, name)) {
    return line;
  }
  const auto offset = symbols.offset_of(name);
  if (!offset) {
    throw UsageError("the program has no variable " + name + " any more");
  }
  return fmt::format("{} global {}", line.substr(0, at), *offset + std::strtoull(rest.c_str(), nullptr, 10));
}

bool read_found(const std::string& rest, StoredSchedule& stored) {
  char strategy[32];
  unsigned long seed = 0;
  unsigned long schedule = 0;
  if (std::sscanf(rest.c_str(), "strategy %31s seed %lu schedule %lu", strategy, &seed, &schedule) != 3) {
    return false;
  }
  stored.strategy = strategy;
  stored.seed = seed;
  stored.schedule = schedule;
  return true;
}

bool read_line(const std::string& line, Symbols* symbols, StoredSchedule& stored) {
  const std::size_t space = line.find(' ');
  const std::string key = line.substr(0, space);
  std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
  std::string text;
  if (key == "program") {
    return take_quoted(rest, stored.program);
  }
  if (key == "path") {
    return take_quoted(rest, stored.path);
  }
  if (key == "fingerprint") {
    return take_quoted(rest, stored.fingerprint);
  }
  if (key == "sentence") {
    return take_quoted(rest, stored.sentence);
  }
  if (key == "argument" || key == "option") {
    (key == "argument" ? stored.arguments : stored.options).emplace_back();
    return take_quoted(rest, (key == "argument" ? stored.arguments : stored.options).back());
  }
  if (key == "found") {
    return read_found(rest, stored);
  }
  if (key == "object" || key == "run" || key == "hash" || key == "values") {
    stored.pins += (symbols == nullptr ? line : numbered_line(line, *symbols)) + "\n";
    return true;
  }
  return line.empty() || line[0] == '#';
}

}  // namespace

bool is_compilers_variable(const std::string& name) {
  return name.starts_with("__") || name.starts_with("completed.") || name.find('@') != std::string::npos;
}

std::string to_text(const StoredSchedule& stored, Symbols& symbols) {
  std::string text = fmt::format("{}\nprogram {}\npath {}\n", kStoredScheduleHeader, quoted(stored.program),
                                 quoted(stored.path));
  for (const std::string& argument : stored.arguments) {
    text += "argument " + quoted(argument) + "\n";
  }
  for (const std::string& option : stored.options) {
    text += "option " + quoted(option) + "\n";
  }
  text += fmt::format("found strategy {} seed {} schedule {}\nfingerprint {}\nsentence {}\n", stored.strategy,
                      stored.seed, stored.schedule, quoted(stored.fingerprint), quoted(stored.sentence));
  std::istringstream lines(stored.pins);
  for (std::string line; std::getline(lines, line);) {
    text += named_line(line, symbols) + "\n";
  }
  return text;
}

StoredSchedule parse_stored_schedule(const std::string& file, const std::string& text, Symbols* symbols) {
  StoredSchedule stored;
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != kStoredScheduleHeader) {
    throw UsageError(fmt::format("{} does not begin with \"{}\"", file, kStoredScheduleHeader));
  }
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    try {
      if (!read_line(line, symbols, stored)) {
        throw UsageError("not understood: " + line);
      }
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}:{}: {}", file, number, error.what()));
    }
  }
  if (stored.program.empty() || stored.pins.find("run ") == std::string::npos) {
    throw UsageError(file + " names no program or no turns");
  }
  return stored;
}

}  // namespace lockstep::tools
