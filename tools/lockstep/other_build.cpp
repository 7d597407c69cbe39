// Asking another lockstep over its command line.
#include "tools/lockstep/other_build.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

std::string said_by(const std::string& command, int& status) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    status = -1;
    return text;
  }
  std::array<char, 1 << 16> chunk;
  while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    text.append(chunk.data(), got);
  }
  status = ::pclose(pipe);
  return text;
}

}  // namespace

OtherRun run_elsewhere(const std::string& program, const RunOptions& options, std::uint64_t seed,
                       const Question& question) {
  std::vector<std::string> arguments = {program, "run"};
  const auto run = as_arguments(options);
  arguments.insert(arguments.end(), run.begin(), run.end());
  arguments.insert(arguments.end(), {"--seed", fmt::to_string(seed), "--json", "--no-plan"});
  if (question.with_trace) {
    arguments.emplace_back("--trace-tree");
  }
  if (question.watch) {
    arguments.insert(arguments.end(),
                     {"--watch", fmt::format("{}/{}", question.watch->epoch,
                                             static_cast<std::uint32_t>(question.watch->lane))});
  }
  int status = 0;
  const std::string text = said_by(shell_line(arguments) + " 2>&1", status);
  OtherRun other;
  if (!WIFEXITED(status) || (WEXITSTATUS(status) != kHeld && WEXITSTATUS(status) != kBroke)) {
    other.error = "it did not do the run: " + text.substr(0, text.find('\n'));
    return other;
  }
  try {
    const auto json = nlohmann::json::parse(text);
    json.at("trace_hash").get_to(other.trace_hash);
    if (!json.at("failure").is_null()) {
      json.at("failure").at("fingerprint").get_to(other.fingerprint);
    }
    if (json.contains("watched")) {
      json.at("watched").get_to(other.watched);
    }
    if (question.with_trace) {
      auto tree = sim::parse_trace_tree(json.at("trace_tree").get<std::string>());
      if (!tree) {
        other.error = "its trace tree cannot be read: " + tree.error();
      } else {
        other.trace = std::move(*tree);
      }
    }
  } catch (const nlohmann::json::exception& error) {
    other.error = std::string("its answer cannot be read: ") + error.what();
  }
  return other;
}

}  // namespace lockstep::tools
