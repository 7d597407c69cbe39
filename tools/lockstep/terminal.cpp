// Drawing the progress line; wording numbers and commands.
#include "tools/lockstep/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace lockstep::tools {

std::string& program_name() {
  static std::string name = "lockstep";
  return name;
}

ProgressBar::ProgressBar(std::uint64_t total) : total_(total), terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (drawn_) {
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
  }
}

void ProgressBar::show(std::uint64_t done, const std::string& note) {
  const double now = terminal_ ? wall_seconds() : 0;
  if (!terminal_ || total_ == 0 || now - last_ < 0.1) {
    return;
  }
  last_ = now;
  drawn_ = true;
  constexpr std::uint64_t kWidth = 30;
  const std::uint64_t filled = std::min(done, total_) * kWidth / total_;
  const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
  std::fputs(fmt::format("\r\033[K[{}] {}/{} {}", bar, done, total_, note).c_str(), stderr);
  std::fflush(stderr);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string hex64(std::uint64_t value) {
  return fmt::format("0x{:016x}", value);
}

std::uint64_t from_hex64(const std::string& text) {
  return std::strtoull(text.c_str(), nullptr, 16);
}

std::string shell_line(const std::vector<std::string>& arguments) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+%@";
  std::string line;
  for (const auto& argument : arguments) {
    line += line.empty() ? "" : " ";
    if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) {
      line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    line += '\'';
  }
  return line;
}

}  // namespace lockstep::tools
