// What every file owes its reader: a first line, an end in sight, no loose ends, a place in the catalogue.
#include <map>
#include <regex>

#include "rules.h"

namespace lockstep::house {
namespace {

constexpr std::size_t kLinesMax = 500;

/// Files that may be longer, each with its own bound and the reason.
const std::map<std::string, std::size_t>& longer_files() {
  static const std::map<std::string, std::size_t> kLonger = {};
  return kLonger;
}

std::string stem_of(const std::string& path) {
  const auto slash = path.rfind('/') + 1;
  return path.substr(slash, path.rfind('.') - slash);
}

}  // namespace

Findings check_first_lines(const std::vector<Source>& sources) {
  Findings findings;
  for (const auto& source : sources) {
    const bool script = !source.lines.empty() && source.lines[0].starts_with("#!");
    const std::size_t first = script ? 1 : 0;
    const std::string mark = source.is_cpp() ? "// " : "# ";
    if (source.lines.size() <= first || !source.lines[first].starts_with(mark)) {
      // A CMakeLists.txt of a few lines that only declares a room says so by itself.
      if (!source.path.ends_with("CMakeLists.txt") || source.lines.size() > 20) {
        findings.push_back(source.path +
                           ":1: begin with a comment that says in one sentence what lives here");
      }
    }
  }
  return findings;
}

Findings check_lengths(const std::vector<Source>& sources) {
  Findings findings;
  for (const auto& source : sources) {
    const auto longer = longer_files().find(source.path);
    const std::size_t most = longer == longer_files().end() ? kLinesMax : longer->second;
    if (source.lines.size() > most) {
      findings.push_back(source.path + ": " + std::to_string(source.lines.size()) + " lines, at most " +
                         std::to_string(most) + "; a file has one reason to exist");
    }
  }
  return findings;
}

Findings check_leftovers(const std::vector<Source>& sources) {
  static const std::regex todo(R"(\bTO(?:DO)\b(?!\(#[0-9]+\))|\bFIX(?:ME)\b|\bXX(?:X)\b)");
  static const std::regex place(R"((^|[\s"'(`])/(?:work|root|home)/)");
  Findings findings;
  for (const auto& source : sources) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string where = source.path + ":" + std::to_string(i + 1) + ": ";
      if (std::regex_search(source.lines[i], todo)) {
        findings.push_back(where + "what is left to do carries the number of an issue, as in TO" + "DO(#7)");
      }
      if (std::regex_search(source.lines[i], place)) {
        findings.push_back(where + "a path of somebody's machine");
      }
    }
  }
  return findings;
}

Findings check_catalogue(const std::vector<Source>& sources) {
  std::string catalogue;
  for (const auto& source : sources) {
    if (source.path == "scenarios/catalogue.cpp") {
      for (const auto& line : source.lines) {
        catalogue += line + "\n";
      }
    }
  }
  Findings findings;
  for (const auto& source : sources) {
    static const std::regex story(R"(scenarios/[a-z_]+/[a-z_0-9]+\.cpp)");
    if (std::regex_match(source.path, story) &&
        !std::regex_search(catalogue, std::regex("\\b" + stem_of(source.path) + "\\b"))) {
      findings.push_back(source.path + ": not in scenarios/catalogue.cpp, so nobody can run it");
    }
  }
  return findings;
}

}  // namespace lockstep::house
