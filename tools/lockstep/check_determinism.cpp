// lockstep check-determinism: the same seeds under changed conditions must give the same histories.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "scenarios/catalogue.h"
#include "tools/lockstep/other_build.h"
#include "tools/lockstep/run_options.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"
#include "tools/lockstep/workers.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::ordered_json;

struct DeterminismOptions {
  RunOptions run;
  std::vector<std::string> scenarios;
  std::string seeds = "1..20";
  std::vector<std::string> against;
  std::string jobs;
  double timeout = 600;
  bool json = false;
};

/// A seed whose histories differ.
struct Difference {
  std::uint64_t seed = 0;
  std::string where;  ///< The condition under which it differs.
  std::string sentence;
};

std::string who(sim::Lane lane) {
  return lane == sim::kWorldLane ? "the world" : fmt::format("node {}", static_cast<std::uint32_t>(lane) - 1);
}

/// Where two histories part, in words.
std::string parting(const sim::TraceTree& here, const sim::TraceTree& there) {
  if (here.epoch != there.epoch) {
    return "their traces have epochs of different length";
  }
  const auto difference = sim::first_difference(here, there);
  if (!difference) {
    return "their traces agree, so they part in what is no part of a trace";
  }
  const double length = std::chrono::duration<double>(here.epoch).count();
  const auto here_count = difference->left ? difference->left->count : 0;
  const auto there_count = difference->right ? difference->right->count : 0;
  std::string text = fmt::format("they part in epoch {} (second {:g} to {:g}), {}: ", difference->epoch,
                                 static_cast<double>(difference->epoch) * length,
                                 static_cast<double>(difference->epoch + 1) * length, who(difference->lane));
  text += here_count == there_count ? fmt::format("{} events here and there, but not the same", here_count)
                                    : fmt::format("{} events here, {} there", here_count, there_count);
  if (difference->lanes.size() > 1) {
    text += fmt::format(" (and {} more lanes in that epoch)", difference->lanes.size() - 1);
  }
  return text;
}

/// The cell in which two histories part first; nothing where their traces cannot tell.
std::optional<cluster::WatchedCell> parting_cell(const sim::TraceTree& here, const sim::TraceTree& there) {
  if (here.epoch != there.epoch) {
    return std::nullopt;
  }
  const auto difference = sim::first_difference(here, there);
  return difference ? std::optional(cluster::WatchedCell{difference->lane, difference->epoch}) : std::nullopt;
}

/// The first event of the parting cell that is not the same on both sides, in words; empty where none is
/// known.
std::string parting_event(const std::vector<std::string>& here, const std::vector<std::string>& there) {
  const auto [mine, theirs] = std::mismatch(here.begin(), here.end(), there.begin(), there.end());
  if (mine == here.end() && theirs == there.end()) {
    return "";
  }
  return fmt::format("; event {} of it is `{}` here, `{}` there", mine - here.begin() + 1,
                     mine == here.end() ? "none" : *mine, theirs == there.end() ? "none" : *theirs);
}

std::string fingerprint_of(const cluster::Outcome& outcome) {
  return outcome.failure ? outcome.failure->fingerprint : "";
}

/// How one seed fares everywhere; a JSON list of [where, sentence].
std::string compare_seed(const RunOptions& options, std::uint64_t seed,
                         const std::vector<std::string>& programs) {
  Json found = Json::array();
  try {
    const cluster::Plan plan = plan_of(options, seed);
    const cluster::Outcome first = scenarios::run_plan(plan);
    const cluster::Outcome second = scenarios::run_plan(plan);
    if (first.trace_hash != second.trace_hash || fingerprint_of(first) != fingerprint_of(second)) {
      std::string sentence = "run twice, " + parting(first.trace, second.trace);
      if (const auto cell = parting_cell(first.trace, second.trace)) {
        sentence += parting_event(scenarios::run_plan(plan, {}, cell).watched,
                                  scenarios::run_plan(plan, {}, cell).watched);
      }
      found.push_back({"this process", sentence});
    }
    for (const auto& program : programs) {
      OtherRun other = run_elsewhere(program, options, seed, {});
      if (other.error.empty() && other.trace_hash == hex64(first.trace_hash) &&
          other.fingerprint == fingerprint_of(first)) {
        continue;
      }
      if (other.error.empty()) {
        other = run_elsewhere(program, options, seed, {.with_trace = true, .watch = std::nullopt});
      }
      std::string sentence = other.error.empty() ? parting(first.trace, other.trace) : other.error;
      const auto cell = other.error.empty() ? parting_cell(first.trace, other.trace) : std::nullopt;
      if (cell) {
        sentence += parting_event(
            scenarios::run_plan(plan, {}, cell).watched,
            run_elsewhere(program, options, seed, {.with_trace = false, .watch = cell}).watched);
      }
      found.push_back({program, sentence});
    }
  } catch (const std::exception& error) {
    found.push_back({"this process", std::string("the run did not end: ") + error.what()});
  }
  return found.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// All seeds of one scenario; nothing if interrupted. The differences come by seed, then by condition.
std::optional<std::vector<Difference>> compare_all(const DeterminismOptions& options, const RunOptions& run,
                                                   const std::vector<std::uint64_t>& seeds,
                                                   const std::vector<std::string>& programs) {
  std::map<std::uint64_t, std::vector<Difference>> by_seed;
  ProgressBar bar(seeds.size());
  std::uint64_t done = 0;
  const bool finished = in_workers(
      seeds, jobs_of(options.jobs), options.timeout,
      [&](std::uint64_t seed) { return compare_seed(run, seed, programs); },
      [&](std::uint64_t seed, const Answer& answer) {
        bar.show(++done, "seeds of " + run.scenario);
        if (!answer.death.empty()) {
          by_seed[seed].push_back(
              {seed, "this process", "the process that did the run died: " + answer.death});
          return;
        }
        for (const auto& entry : Json::parse(answer.text)) {
          by_seed[seed].push_back({seed, entry.at(0), entry.at(1)});
        }
      });
  if (!finished) {
    return std::nullopt;
  }
  std::vector<Difference> all;
  for (auto& [seed, differences] : by_seed) {
    all.insert(all.end(), differences.begin(), differences.end());
  }
  return all;
}

/// The other processes to ask: this program afresh, then those that the user names.
std::vector<std::string> programs_of(const DeterminismOptions& options) {
  std::vector<std::string> programs = {std::filesystem::read_symlink("/proc/self/exe").string()};
  for (const auto& program : options.against) {
    if (::access(program.c_str(), X_OK) != 0 || std::filesystem::is_directory(program)) {
      throw UsageError("--against " + program + " is not a program that can be run");
    }
    programs.push_back(std::filesystem::absolute(program).string());
  }
  return programs;
}

void say(const std::string& scenario, std::uint64_t seeds, const std::vector<Difference>& differences,
         std::size_t conditions) {
  std::map<std::uint64_t, int> differing;
  for (const auto& difference : differences) {
    ++differing[difference.seed];
    fmt::print("{} seed {}: {}: {}\n", scenario, difference.seed, difference.where, difference.sentence);
  }
  fmt::print("{}: {} of {} seeds agree under {} conditions\n", scenario, seeds - differing.size(), seeds,
             conditions);
  std::fflush(stdout);
}

int check(const DeterminismOptions& options) {
  const auto range = read_seed_range(options.seeds);
  const auto seeds = seeds_of(range, {});
  const auto programs = programs_of(options);
  static_cast<void>(jobs_of(options.jobs));
  for (const auto& scenario : options.scenarios) {
    RunOptions run = options.run;
    run.scenario = scenario;
    static_cast<void>(plan_of(run, range.first));
  }
  // Twice in one process, and once in each program.
  const std::size_t conditions = 2 + programs.size();
  Json reports = Json::array();
  bool same = true;
  for (const auto& scenario : options.scenarios) {
    RunOptions run = options.run;
    run.scenario = scenario;
    const auto differences = compare_all(options, run, seeds, programs);
    if (!differences) {
      fmt::print(stderr, "lockstep: interrupted\n");
      return kInterrupted;
    }
    same = same && differences->empty();
    if (!options.json) {
      say(scenario, seeds.size(), *differences, conditions);
      continue;
    }
    Json list = Json::array();
    for (const auto& difference : *differences) {
      list.push_back(
          {{"seed", difference.seed}, {"where", difference.where}, {"sentence", difference.sentence}});
    }
    reports.push_back({{"scenario", scenario}, {"seeds", seeds.size()}, {"differences", std::move(list)}});
  }
  if (options.json) {
    fmt::print("{}\n", Json{{"verdict", same ? "pass" : "fail"},
                            {"conditions", conditions},
                            {"programs", programs},
                            {"scenarios", std::move(reports)}}
                           .dump());
  }
  return same ? kHeld : kOurFault;
}

}  // namespace

void add_check_determinism(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<DeterminismOptions>();
  auto* verb = app.add_subcommand("check-determinism",
                                  "the same seeds twice in one process, in a fresh one and in other builds");
  verb->add_option("scenario", options->scenarios, "one or more; see lockstep list")->required();
  verb->add_option("--seeds", options->seeds, "both ends included")->type_name("A..B")->capture_default_str();
  verb->add_option("--against", options->against, "another build of this program")
      ->type_name("PROGRAM")
      ->allow_extra_args(false);
  verb->add_option("--jobs", options->jobs, "processes at once; default: one a processor")->type_name("N");
  add_run_options(*verb, options->run);
  verb->add_option("--timeout", options->timeout, "seconds after which a seed counts as hung")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_flag("--json", options->json, "one JSON object");
  verb->callback([options, &chosen] { chosen = [options] { return check(*options); }; });
}

}  // namespace lockstep::tools
