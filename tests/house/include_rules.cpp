// Who may include whom.
#include <regex>

#include "rules.h"

namespace lockstep::house {
namespace {

/// The longest declared room that holds `path`; empty if none does.
std::string room_of(const std::string& path, const Floors& floors) {
  std::string found;
  for (const auto& [room, floor] : floors) {
    if (path.starts_with(room + "/") && room.size() > found.size()) {
      found = room;
    }
  }
  return found;
}

/// Why `from` may not know `to` although its floor is higher; empty if it may.
std::string strangers(const std::string& from, const std::string& to) {
  const bool engine = from == "sim/core" || from == "sim/race" || from == "sim/world";
  if (engine && to.starts_with("node/") && to != "node/base" && to != "node/runtime") {
    return "the engine sees only node/base and node/runtime of the node";
  }
  if (from == "node/spec" && to == "node/runtime") {
    return "spec is pure: it asks nothing of the world";
  }
  if (from == "sim/cluster" && to == "node/real") {
    return "the simulated world and the real one never meet";
  }
  return "";
}

}  // namespace

Floors read_floors(const Source& room_cmake) {
  Floors floors;
  static const std::regex entry(R"(\b([a-z][a-z_/]*)=([0-9]+(\.[0-9]+)?)\b)");
  bool inside = false;
  for (const auto& line : room_cmake.lines) {
    inside = inside || line.starts_with("set(LOCKSTEP_FLOORS");
    if (!inside) {
      continue;
    }
    for (std::sregex_iterator it(line.begin(), line.end(), entry), end; it != end; ++it) {
      floors[(*it)[1]] = std::stod((*it)[2]);
    }
    if (line.ends_with(")")) {
      break;
    }
  }
  return floors;
}

Findings check_includes(const std::vector<Source>& sources, const Floors& floors) {
  static const std::regex include(R"(^\s*#\s*include\s+"([^"]+)\")");
  Findings findings;
  for (const auto& source : sources) {
    const std::string own = room_of(source.path, floors);
    if (!source.is_cpp() || own.empty()) {
      continue;
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      std::smatch match;
      if (!std::regex_search(source.lines[i], match, include)) {
        continue;
      }
      const std::string where = source.path + ":" + std::to_string(i + 1) + ": ";
      const std::string target = match[1];
      const std::string room = room_of(target, floors);
      if (room.empty() || room == own) {
        continue;
      }
      if (floors.at(room) >= floors.at(own)) {
        findings.push_back(where + own + " may not include " + target + ": includes point downwards only");
      } else if (const auto why = strangers(own, room); !why.empty()) {
        findings.push_back(where + own + " may not include " + target + ": " + why);
      }
    }
  }
  return findings;
}

}  // namespace lockstep::house
