// A race in words: places in the source, call paths, locks by name.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "sim/watch/watch.h"

namespace lockstep::watch {
namespace {

/// One function on a stack; inlined ones stand for themselves.
struct Frame {
  std::string function;
  std::string place;
};

/// Places in the program by their distance from its beginning, as addr2line knows them.
class Symbols {
 public:
  /// The frames at a return address, the innermost first.
  const std::vector<Frame>& at(std::uint32_t return_offset) { return known_[return_offset]; }
  void load(const std::set<std::uint32_t>& return_offsets);

 private:
  std::map<std::uint32_t, std::vector<Frame>> known_;
};

std::string own_path() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size < 0 ? std::string() : std::string(path, static_cast<std::size_t>(size));
}

/// A path from the root of the sources, as rooms see one another; other paths stay.
std::string short_place(const std::string& full) {
  const std::string place = std::filesystem::path(full).lexically_normal().string();
  static constexpr std::string_view kWindow = "/rooms/";
  const auto window = place.find(kWindow);
  if (window != std::string::npos) {
    const auto room = place.find('/', window + kWindow.size());
    return room == std::string::npos ? place : place.substr(room + 1);
  }
  static constexpr std::string_view kRoot = LOCKSTEP_ROOT "/";
  return place.starts_with(kRoot) ? place.substr(kRoot.size()) : place;
}

void Symbols::load(const std::set<std::uint32_t>& return_offsets) {
  std::string command = "addr2line -a -C -f -i -e '" + own_path() + "'";
  bool any = false;
  for (const std::uint32_t offset : return_offsets) {
    if (offset != 0 && known_.try_emplace(offset).second) {
      char text[24];
      // One before: the call, not what comes after it.
      std::snprintf(text, sizeof text, " %#x", offset - 1);
      command += text;
      any = true;
    }
  }
  FILE* pipe = any ? popen((command + " 2>/dev/null").c_str(), "r") : nullptr;
  if (pipe == nullptr) {
    return;
  }
  std::string text;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, got);
  }
  pclose(pipe);
  std::istringstream lines(text);
  std::vector<Frame>* frames = nullptr;
  std::string function;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0x")) {
      frames = &known_[static_cast<std::uint32_t>(std::strtoull(line.c_str(), nullptr, 16)) + 1];
      function.clear();
    } else if (function.empty()) {
      function = line;
    } else {
      if (frames != nullptr && function != "??") {
        frames->push_back({function, short_place(line.substr(0, line.find(" (discriminator")))});
      }
      function.clear();
    }
  }
}

/// Not the standard library's or the compiler's own.
bool is_ours(const Frame& frame) {
  return !frame.place.starts_with("/") && !frame.place.starts_with("?");
}

/// One side of a race with its stack.
struct Side {
  std::string thread;
  std::string what;
  std::string locks;
  std::vector<Frame> stack;

  /// The innermost place in sources of this house.
  [[nodiscard]] std::string place() const {
    for (const Frame& frame : stack) {
      if (is_ours(frame)) {
        return frame.place;
      }
    }
    return stack.empty() ? "an unknown place" : stack.front().place;
  }
  [[nodiscard]] std::string text() const { return what + " by " + thread + " at " + place() + ", " + locks; }
  [[nodiscard]] std::string stack_text() const {
    std::string text = what + " by " + thread + ", " + locks + ":\n";
    for (const Frame& frame : stack) {
      text += "  " + frame.place + "  " + frame.function + "\n";
    }
    return text;
  }
};

std::set<std::uint32_t> offsets_of(race::Site site) {
  const std::vector<std::uint32_t> callers = watch->paths.callers(static_cast<std::uint32_t>(site >> 32));
  std::set<std::uint32_t> offsets(callers.begin(), callers.end());
  offsets.insert(static_cast<std::uint32_t>(site));
  return offsets;
}

std::string locks_text(const std::vector<race::HeldLock>& locks) {
  std::string text;
  for (const race::HeldLock& held : locks) {
    const std::uint32_t number = watch->lock_numbers.find(held.lock);
    text += text.empty() ? "holding " : ", ";
    text += number == race::FlatMap::kMissing ? "a lock" : watch->lock_names[number];
    text += held.mode == race::LockMode::kShared ? " (shared)" : "";
  }
  return text.empty() ? "holding nothing" : text;
}

/// What stands on a stack above the node's own functions is of no interest.
bool is_the_engines(const Frame& frame) {
  return frame.place.starts_with("sim/core/") || frame.place.starts_with("sim/race/");
}

Side side_of(const race::RaceAccess& access, Symbols& symbols) {
  Side side;
  side.thread = access.thread < watch->names.size() ? watch->names[access.thread] : "somebody";
  side.what = std::string(access.atomic ? "atomic " : "") + (access.write ? "write" : "read");
  side.locks = locks_text(access.locks);
  const auto add = [&](std::uint32_t offset) {
    const std::vector<Frame>& frames = symbols.at(offset);
    side.stack.insert(side.stack.end(), frames.begin(), frames.end());
  };
  add(static_cast<std::uint32_t>(access.site));
  for (const std::uint32_t caller : watch->paths.callers(static_cast<std::uint32_t>(access.site >> 32))) {
    add(caller);
  }
  while (!side.stack.empty() && (is_the_engines(side.stack.back()) || !is_ours(side.stack.back()))) {
    side.stack.pop_back();
  }
  return side;
}

}  // namespace

void tell_race() {
  static Symbols symbols;
  const race::Race& race = watch->detector.races().back();
  if (listener.hearing == nullptr) {
    return;
  }
  std::set<std::uint32_t> offsets = offsets_of(race.earlier.site);
  offsets.merge(offsets_of(race.later.site));
  symbols.load(offsets);
  const Side earlier = side_of(race.earlier, symbols);
  const Side later = side_of(race.later, symbols);
  const std::set<std::string> sides = {earlier.what + " at " + earlier.place(),
                                       later.what + " at " + later.place()};
  sim::order::Race told;
  told.fingerprint = *sides.begin() + ", " + *sides.rbegin();
  told.sentence = earlier.text() + ", and " + later.text() + "; nothing orders them";
  told.stacks = earlier.stack_text() + later.stack_text();
  listener.hearing(listener.who, told);
}

}  // namespace lockstep::watch
