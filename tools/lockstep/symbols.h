// Names for addresses of a program: functions with file and line, and global variables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lockstep::tools {

/// One function on a stack; inlined ones stand for themselves.
struct Frame {
  std::string function;
  std::string file;
  std::uint64_t line = 0;
};

/// Asks addr2line and nm about `program`, which was loaded at `base`. What they do not know stays unnamed.
class Symbols {
 public:
  Symbols(std::string program, std::uint64_t base) : program_(std::move(program)), base_(base) {}

  /// Looks all these return addresses up at once.
  void load(const std::vector<std::uint64_t>& return_addresses);
  /// The frames at a return address, the innermost first; empty when it was not loaded or is unknown.
  [[nodiscard]] const std::vector<Frame>& frames(std::uint64_t return_address) const;
  /// The global variable at `address`, with its offset: "counter", "table+16". Empty when there is none.
  [[nodiscard]] std::string variable(std::uint64_t address);
  /// Where the global variable of that name lies, from the beginning of the program; empty when there is
  /// none.
  [[nodiscard]] std::optional<std::uint64_t> offset_of(const std::string& variable);
  [[nodiscard]] std::uint64_t base() const { return base_; }

 private:
  void load_variables();

  struct Variable {
    std::uint64_t size;
    std::string name;
  };
  std::string program_;
  std::uint64_t base_;
  std::map<std::uint64_t, std::vector<Frame>> frames_;
  std::map<std::uint64_t, Variable> variables_;
  bool variables_loaded_ = false;
};

}  // namespace lockstep::tools
