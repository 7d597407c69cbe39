// lockstep vectors: leanSpec's own test vectors against the node's code.
#include "tools/vectors/vectors.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::ordered_json;

struct VectorsOptions {
  std::vector<std::string> paths;
  bool json = false;
};

struct Tally {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t not_yet = 0;

  void count(vectors::Outcome outcome) {
    passed += outcome == vectors::Outcome::kPassed ? 1 : 0;
    failed += outcome == vectors::Outcome::kFailed ? 1 : 0;
    not_yet += outcome == vectors::Outcome::kNotYet ? 1 : 0;
  }
  [[nodiscard]] std::string text() const {
    const std::string rest = not_yet > 0 ? fmt::format(", {} not yet", not_yet) : "";
    return fmt::format("{} passed, {} failed{}", passed, failed, rest);
  }
};

struct Failure {
  std::string file;
  std::string name;
  std::string reason;
};

struct Findings {
  Tally all;
  std::map<std::string, Tally> kinds;
  std::vector<Failure> failures;
  std::vector<Failure> unreadable;  ///< Files that are no test vectors at all.
};

/// The files below `path`. Throws UsageError if it, or a folder in it, cannot be read, or if it holds none.
std::vector<std::filesystem::path> files_below(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw UsageError("cannot read " + path + ": there is no such file or directory");
  }
  if (std::filesystem::is_directory(path, error)) {
    std::filesystem::recursive_directory_iterator at(path, error);
    while (!error && at != std::filesystem::recursive_directory_iterator()) {
      at.increment(error);
    }
  }
  if (error) {
    throw UsageError("cannot read all of " + path + ": " + error.message());
  }
  auto files = vectors::find_files(path);
  if (files.empty()) {
    throw UsageError("no test vectors in " + path + ": not a single .json file");
  }
  return files;
}

void look_into(const std::filesystem::path& file, Findings& findings) {
  for (const auto& result : vectors::run_file(file)) {
    if (result.kind.empty()) {
      findings.unreadable.push_back({file.string(), result.name, result.message});
      continue;
    }
    findings.all.count(result.outcome);
    findings.kinds[result.kind].count(result.outcome);
    if (result.outcome == vectors::Outcome::kFailed) {
      findings.failures.push_back({file.string(), result.name, result.message});
    }
  }
}

std::string as_text(const Findings& findings) {
  std::string text;
  for (const auto& failure : findings.failures) {
    text += fmt::format("FAILED {}\n  {}\n  {}\n", failure.file, failure.name, failure.reason);
  }
  for (const auto& [kind, tally] : findings.kinds) {
    text += fmt::format("{:<24} {}\n", kind, tally.text());
  }
  return text + findings.all.text() + "\n";
}

Json tally_json(const Tally& tally) {
  return {{"passed", tally.passed}, {"failed", tally.failed}, {"not_yet", tally.not_yet}};
}

std::string as_json(const Findings& findings) {
  Json kinds = Json::object();
  for (const auto& [kind, tally] : findings.kinds) {
    kinds[kind] = tally_json(tally);
  }
  Json failures = Json::array();
  for (const auto& failure : findings.failures) {
    failures.push_back({{"file", failure.file}, {"name", failure.name}, {"reason", failure.reason}});
  }
  Json json = tally_json(findings.all);
  json["kinds"] = std::move(kinds);
  json["failures"] = std::move(failures);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int run_vectors(const VectorsOptions& options) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : options.paths) {
    const auto below = files_below(path);
    files.insert(files.end(), below.begin(), below.end());
  }
  Findings findings;
  {
    ProgressBar bar(files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
      bar.show(i, files[i].filename().string());
      look_into(files[i], findings);
    }
  }
  if (findings.unreadable.size() < files.size()) {
    fmt::print("{}", options.json ? as_json(findings) : as_text(findings));
  }
  if (!findings.unreadable.empty()) {
    const auto& first = findings.unreadable.front();
    const auto more = findings.unreadable.size() - 1;
    throw UsageError(fmt::format("{} is no test vector: {}{}", first.file, first.reason,
                                 more > 0 ? fmt::format(" (and {} more)", more) : ""));
  }
  return findings.all.failed > 0 ? kBroke : kHeld;
}

}  // namespace

void add_vectors(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<VectorsOptions>();
  auto* verb = app.add_subcommand("vectors", "leanSpec's own test vectors against the node's code");
  verb->add_option("path", options->paths, "files, or directories that are searched for .json files")
      ->required();
  verb->add_flag("--json", options->json, "one JSON object");
  verb->callback([options, &chosen] { chosen = [options] { return run_vectors(*options); }; });
}

}  // namespace lockstep::tools
