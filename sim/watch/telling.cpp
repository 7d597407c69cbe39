// Places in the source for addresses in the program, and sentences made of them.
#include "sim/watch/telling.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

namespace lockstep::watch {
namespace {

/// One function on a stack; inlined ones stand for themselves.
struct Frame {
  std::string function;
  std::string place;
};

/// Places in the program and its libraries, as addr2line knows them.
class Symbols {
 public:
  /// The frames at a return address, the innermost first.
  const std::vector<Frame>& at(std::uintptr_t address) { return known_[address]; }
  void load(const std::vector<std::uintptr_t>& addresses);

 private:
  void ask(const std::string& file, std::uintptr_t base, const std::set<std::uintptr_t>& addresses);

  std::map<std::uintptr_t, std::vector<Frame>> known_;
};

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

void Symbols::load(const std::vector<std::uintptr_t>& addresses) {
  std::map<std::pair<std::string, std::uintptr_t>, std::set<std::uintptr_t>> unknown;
  for (const std::uintptr_t address : addresses) {
    Dl_info info{};
    if (known_.try_emplace(address).second && dladdr(reinterpret_cast<void*>(address), &info) != 0) {
      unknown[{info.dli_fname, reinterpret_cast<std::uintptr_t>(info.dli_fbase)}].insert(address);
    }
  }
  for (const auto& [file, wanted] : unknown) {
    ask(file.first, file.second, wanted);
  }
}

void Symbols::ask(const std::string& file, std::uintptr_t base, const std::set<std::uintptr_t>& addresses) {
  std::string command = "addr2line -a -C -f -i -e '" + file + "'";
  for (const std::uintptr_t address : addresses) {
    char text[24];
    // One before: the call, not what comes after it.
    std::snprintf(text, sizeof text, " %#zx", static_cast<std::size_t>(address - base - 1));
    command += text;
  }
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
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
      frames = &known_[base + std::strtoull(line.c_str(), nullptr, 16) + 1];
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
  [[nodiscard]] std::string with_locks() const { return locks.empty() ? "" : ", " + locks; }
  [[nodiscard]] std::string text() const { return what + " by " + thread + " at " + place() + with_locks(); }
  [[nodiscard]] std::string stack_text() const {
    std::string text = what + " by " + thread + with_locks() + ":\n";
    for (const Frame& frame : stack) {
      text += "  " + frame.place + "  " + frame.function + "\n";
    }
    return text;
  }
};

/// What stands on a stack above the node's own functions is of no interest.
bool is_the_engines(const Frame& frame) {
  return frame.place.starts_with("sim/core/") || frame.place.starts_with("sim/race/");
}

Side side_of(const RawSide& raw, Symbols& symbols) {
  Side side{raw.thread, raw.what, raw.locks, {}};
  for (const std::uintptr_t address : raw.addresses) {
    const std::vector<Frame>& frames = symbols.at(address);
    side.stack.insert(side.stack.end(), frames.begin(), frames.end());
  }
  while (!side.stack.empty() && (is_the_engines(side.stack.back()) || !is_ours(side.stack.back()))) {
    side.stack.pop_back();
  }
  return side;
}

}  // namespace

sim::order::Race tell(const RawSide& earlier, const RawSide& later) {
  static Symbols symbols;
  symbols.load(earlier.addresses);
  symbols.load(later.addresses);
  const Side first = side_of(earlier, symbols);
  const Side second = side_of(later, symbols);
  const std::set<std::string> sides = {first.what + " at " + first.place(),
                                       second.what + " at " + second.place()};
  sim::order::Race told;
  told.fingerprint = *sides.begin() + ", " + *sides.rbegin();
  told.sentence = first.text() + ", and " + second.text() + "; nothing orders them";
  told.stacks = first.stack_text() + second.stack_text();
  return told;
}

}  // namespace lockstep::watch
