// Reading what addr2line and nm print.
#include "tools/lockstep/symbols.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tools/lockstep/terminal.h"

namespace lockstep::tools {
namespace {

/// What a command prints; empty when it cannot be run.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) {
    return text;
  }
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, got);
  }
  pclose(pipe);
  return text;
}

Frame read_frame(const std::string& function, const std::string& place) {
  Frame frame{function, place, 0};
  const std::size_t colon = place.rfind(':');
  if (colon != std::string::npos) {
    frame.file = place.substr(0, colon);
    frame.line = std::strtoull(place.c_str() + colon + 1, nullptr, 10);
  }
  return frame;
}

}  // namespace

void Symbols::load(const std::vector<std::uint64_t>& return_addresses) {
  std::vector<std::string> command = {"addr2line", "-a", "-C", "-f", "-i", "-e", program_};
  for (const std::uint64_t address : return_addresses) {
    // One before: the call, not what comes after it.
    if (address > base_ && !frames_.contains(address)) {
      command.push_back(fmt::format("{:#x}", address - base_ - 1));
      frames_[address];
    }
  }
  std::istringstream lines(output_of(shell_line(command)));
  std::vector<Frame>* at = nullptr;
  std::string function;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0x")) {
      at = &frames_[std::strtoull(line.c_str(), nullptr, 16) + base_ + 1];
      function.clear();
    } else if (function.empty()) {
      function = line;
    } else {
      if (at != nullptr && function != "??") {
        at->push_back(read_frame(function, line));
      }
      function.clear();
    }
  }
}

const std::vector<Frame>& Symbols::frames(std::uint64_t return_address) const {
  static const std::vector<Frame> kNone;
  const auto found = frames_.find(return_address);
  return found == frames_.end() ? kNone : found->second;
}

void Symbols::load_variables() {
  variables_loaded_ = true;
  std::istringstream lines(output_of(shell_line({"nm", "-C", "-S", "--defined-only", program_})));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string address;
    std::string size;
    std::string type;
    std::string name;
    if (words >> address >> size >> type && type.size() == 1 &&
        std::string("bBdDvVuRr").find(type) != std::string::npos) {
      std::getline(words >> std::ws, name);
      variables_[std::strtoull(address.c_str(), nullptr, 16)] = {std::strtoull(size.c_str(), nullptr, 16),
                                                                 name};
    }
  }
}

std::optional<std::uint64_t> Symbols::offset_of(const std::string& variable) {
  if (!variables_loaded_) {
    load_variables();
  }
  for (const auto& [offset, known] : variables_) {
    if (known.name == variable) {
      return offset;
    }
  }
  return std::nullopt;
}

std::string Symbols::variable(std::uint64_t address) {
  if (!variables_loaded_) {
    load_variables();
  }
  const std::uint64_t offset = address - base_;
  auto found = variables_.upper_bound(offset);
  if (found == variables_.begin()) {
    return "";
  }
  --found;
  const std::uint64_t inside = offset - found->first;
  if (inside >= found->second.size) {
    return "";
  }
  return inside == 0 ? found->second.name : fmt::format("{}+{}", found->second.name, inside);
}

}  // namespace lockstep::tools
