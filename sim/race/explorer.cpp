// The loop over schedules.
#include "sim/race/explorer.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace lockstep::race {
namespace {

constexpr std::size_t kMostKept = 16'384;
constexpr std::uint64_t kAskEvery = 64;
/// So many runs are profiled from the first.
constexpr std::uint64_t kLessons = 6;

/// Numbers of the names that several objects share: their classes.
std::vector<std::uint32_t> classes_of(const std::vector<ObjectInfo>& objects) {
  std::map<std::string, std::vector<std::size_t>> by_name;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].name != nullptr && *objects[i].name != '\0') {
      by_name[std::string(objects[i].kind) + " " + objects[i].name].push_back(i + 1);
    }
  }
  std::vector<std::uint32_t> classes(objects.size() + 1, 0);
  std::uint32_t next = 1;
  for (const auto& [name, members] : by_name) {
    if (members.size() > 1) {
      for (const std::size_t member : members) {
        classes[member] = next;
      }
      ++next;
    }
  }
  return classes;
}

std::string describe(const Recording& recording, std::size_t at) {
  if (at >= recording.steps.size()) {
    return "the end";
  }
  const sim::Step& step = recording.steps[at];
  std::string text = step.thread < recording.names.size() ? recording.names[step.thread] : "?";
  text += std::string(" ") + sim::to_text(step.operation.kind);
  const sim::ObjectId object = step.operation.object;
  if (object != 0 && object <= recording.objects.size()) {
    text += std::string(" ") + recording.objects[object - 1].name;
  }
  return text;
}

std::string first_difference(const Recording& one, const Recording& other) {
  std::size_t at = 0;
  const auto same = [&](const sim::Step& a, const sim::Step& b) {
    return a.thread == b.thread && a.operation.kind == b.operation.kind &&
           a.operation.object == b.operation.object;
  };
  while (at < one.steps.size() && at < other.steps.size() && same(one.steps[at], other.steps[at])) {
    ++at;
  }
  return "uncontrolled nondeterminism: one schedule, run twice, differs at operation " + std::to_string(at) +
         ": " + describe(one, at) + ", then " + describe(other, at);
}

/// One exploration under way.
class Exploration {
 public:
  Exploration(const Body& body, const ExploreOptions& options)
      : options_(options),
        runner_(body, options.runner),
        portfolio_(runner_.choices(), profile_, options.strategy, options.pct_depth),
        dfs_(options.most_preemptions) {}

  Report run() {
    for (std::uint64_t run = 0; run < options_.schedules; ++run) {
      if (run % kAskEvery == 0 && run != 0 && options_.keep_going && !options_.keep_going()) {
        break;
      }
      sim::Strategy& strategy = strategy_for(run);
      std::optional<Finding> finding = run_one(strategy, run);
      count(strategy);
      if (finding) {
        report_.failed = record(strategy, run, *finding);
        break;
      }
      if (options_.check_every != 0 && run % options_.check_every == 0 &&
          !comes_out_the_same(strategy, run)) {
        break;
      }
      learn();
      if (is_dfs() && !dfs_.advance()) {
        report_.saw_everything = dfs_.saw_everything();
        break;
      }
    }
    report_.statistics.distinct = distinct_.count();
    report_.lock_cycles = runner_.lock_graph().cycles();
    return std::move(report_);
  }

  std::optional<Failed> replay(std::uint64_t run) {
    for (std::uint64_t earlier = 0; earlier < run && !is_dfs(); ++earlier) {
      if (profiles(earlier)) {
        static_cast<void>(run_one(strategy_for(earlier), earlier));
        learn();
      }
    }
    sim::Strategy& strategy = strategy_for(run);
    std::optional<Finding> finding = run_one(strategy, run);
    return finding ? std::optional<Failed>(record(strategy, run, *finding)) : std::nullopt;
  }

 private:
  [[nodiscard]] bool is_dfs() const { return options_.strategy == StrategyKind::kDfs; }

  sim::Strategy& strategy_for(std::uint64_t run) {
    return is_dfs() ? static_cast<sim::Strategy&>(dfs_) : portfolio_.for_run(run);
  }

  /// The first runs, and ever rarer ones later: what is done depends on who comes first.
  [[nodiscard]] static bool profiles(std::uint64_t run) {
    return run < kLessons || (std::has_single_bit(run) && std::countr_zero(run) % 2 == 0);
  }

  std::optional<Finding> run_one(sim::Strategy& strategy, std::uint64_t run) {
    if (is_dfs() || !profiles(run)) {
      return runner_.run(strategy, run);
    }
    std::optional<Finding> finding = runner_.run_recorded(strategy, run, profiled_);
    return finding;
  }

  /// Takes in what run_one() has profiled: not before the run has been repeated for whatever reason.
  void learn() {
    if (!profiled_.steps.empty() && profiled_.steps.size() < options_.runner.fair_after) {
      profile_.add(profiled_.steps, profiled_.orderings, profiled_.parents, classes_of(profiled_.objects));
      profile_.note_decisions(profiled_.steps.size());
    }
    profiled_.steps.clear();
  }

  void count(const sim::Strategy& strategy) {
    Statistics& statistics = report_.statistics;
    ++statistics.schedules;
    statistics.steps += strategy.steps();
    statistics.decisions.add(strategy.decisions());
    statistics.preemptions.add(strategy.preemptions());
    distinct_.add(strategy.hash());
  }

  Failed record(sim::Strategy& strategy, std::uint64_t run, const Finding& finding) {
    Failed failed;
    const std::uint64_t hash = strategy.hash();
    std::optional<Finding> again = runner_.run_recorded(strategy, run, failed.recording);
    if (!again || strategy.hash() != hash) {
      report_.uncontrolled = "uncontrolled nondeterminism: the failing schedule, run again, " +
                             std::string(again ? "takes another way" : "does not fail");
    }
    failed.finding = finding;
    failed.seed = options_.runner.seed;
    failed.run = run;
    failed.strategy = is_dfs() ? "dfs" : portfolio_.for_run(run).name();
    return failed;
  }

  bool comes_out_the_same(sim::Strategy& strategy, std::uint64_t run) {
    const std::uint64_t hash = strategy.hash();
    static_cast<void>(runner_.run(strategy, run));
    if (strategy.hash() == hash) {
      return true;
    }
    Recording one;
    Recording other;
    static_cast<void>(runner_.run_recorded(strategy, run, one));
    static_cast<void>(runner_.run_recorded(strategy, run, other));
    report_.uncontrolled = first_difference(one, other);
    return false;
  }

  const ExploreOptions& options_;
  Profile profile_;
  Recording profiled_;
  Runner runner_;
  Portfolio portfolio_;
  BoundedDfs dfs_;
  DistinctCount distinct_;
  Report report_;
};

std::string three(const Range& range, std::uint64_t count) {
  return count == 0 ? "0/0/0"
                    : std::to_string(range.least) + "/" + std::to_string((range.sum + count / 2) / count) +
                          "/" + std::to_string(range.most);
}

}  // namespace

void DistinctCount::add(std::uint64_t hash) {
  const auto sampled = [this](std::uint64_t word) {
    return (word & ((std::uint64_t{1} << level_) - 1)) == 0;
  };
  hash = sim::scramble(hash) & ~(std::uint64_t{1} << 63);
  if (!sampled(hash) || seen_.find(hash) != FlatMap::kMissing) {
    return;
  }
  seen_.insert(hash, 0);
  kept_.push_back(hash);
  while (kept_.size() > kMostKept) {
    ++level_;
    kept_.erase(
        std::remove_if(kept_.begin(), kept_.end(), [&](std::uint64_t word) { return !sampled(word); }),
        kept_.end());
    seen_.clear();
    for (const std::uint64_t word : kept_) {
      seen_.insert(word, 0);
    }
  }
}

std::uint64_t DistinctCount::count() const {
  return static_cast<std::uint64_t>(kept_.size()) << level_;
}

std::string Statistics::text() const {
  return std::to_string(schedules) + " schedules (" + (distinct > kMostKept ? "about " : "") +
         std::to_string(distinct) + " distinct), decisions " + three(decisions, schedules) +
         " (min/avg/max), preemptions " + three(preemptions, schedules) + ", " + std::to_string(steps) +
         " steps";
}

std::string Failed::replay_line() const {
  return "seed " + std::to_string(seed) + ", run " + std::to_string(run) + ", " + strategy;
}

std::string Report::text() const {
  std::string text = statistics.text() + "\n";
  if (failed) {
    text += failed->finding.sentence + "\n";
    for (const std::string& detail : failed->finding.details) {
      text += "  " + detail + "\n";
    }
    text += "  found by " + failed->replay_line() + "\n";
  }
  for (const LockCycle& cycle : lock_cycles) {
    text += cycle.sentence + "\n";
  }
  if (!uncontrolled.empty()) {
    text += uncontrolled + "\n";
  }
  return text + (saw_everything ? "there are no other schedules\n" : "");
}

Report explore(const Body& body, const ExploreOptions& options) {
  return Exploration(body, options).run();
}

std::optional<Failed> replay_run(const Body& body, const ExploreOptions& options, std::uint64_t run) {
  return Exploration(body, options).replay(run);
}

}  // namespace lockstep::race
