// lockstep-ticks: how late a node's slot ticks come on OS threads while a peer pours votes upon it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "node/spec/slot_clock.h"
#include "tools/latency/flood_votes.h"
#include "tools/latency/real_node.h"
#include "tools/latency/shouter.h"
#include "tools/latency/slow_prover.h"

namespace lockstep::latency {
namespace {

using namespace std::chrono_literals;

constexpr int kUsage = 2;
constexpr const char* kNetwork = "ticks";
/// Who proposes and votes: the first validators, one slot after the other. The others exist in the flood
/// only.
constexpr std::size_t kHonest = 64;
/// The flood begins at this slot; ticks before it are not counted.
constexpr std::uint64_t kFirstSlot = 3;
/// An arbitrary date on which every chain begins, and how long before it the nodes start.
constexpr std::uint64_t kGenesisTime_s = 1'800'000'000;
constexpr base::Duration kHeadStart = 2s;

struct Options {
  FloodPlan flood;
  std::uint64_t seconds = 30;
  std::uint64_t proof_milliseconds = 0;
  std::vector<std::string> off;
  std::uint64_t seed = 1;
};

/// How a node is run.
struct Setup {
  node::Config config;
  bool is_main_urgent = true;
};

/// What can be switched off, by its name.
const std::map<std::string, void (*)(Setup&), std::less<>>& cures() {
  static const std::map<std::string, void (*)(Setup&), std::less<>> kCures{
      {"aggregator_thread", [](Setup& node) { node.config.aggregator_thread = false; }},
      {"bounded_buffers", [](Setup& node) { node.config.bounded_buffers = false; }},
      {"bounded_drain", [](Setup& node) { node.config.bounded_drain = false; }},
      {"chain_worker", [](Setup& node) { node.config.chain_worker = node.is_main_urgent = false; }},
      {"fetch_cap", [](Setup& node) { node.config.fetch_cap = false; }},
      {"sync_gating", [](Setup& node) { node.config.sync_gating = false; }},
      {"urgent_main", [](Setup& node) { node.is_main_urgent = false; }},
      {"verify_threads", [](Setup& node) { node.config.verify_threads = 0; }}};
  return kCures;
}

/// The names in a list like "chain_worker+verify_threads"; "none" and nothing are the empty list.
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty() && list != "none") {
    const std::size_t plus = list.find('+');
    names.emplace_back(list.substr(0, plus));
    list.remove_prefix(plus == std::string_view::npos ? list.size() : plus + 1);
  }
  return names;
}

/// What is wrong with such a list, or nothing.
std::string complaint_about(const std::string& list) {
  for (const std::string& name : names_in(list)) {
    if (!cures().contains(name)) {
      std::string known;
      for (const auto& [cure, switch_off] : cures()) {
        known += " " + cure;
      }
      return "'" + name + "' cannot be switched off; these can:" + known;
    }
  }
  return {};
}

double milliseconds(base::Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

nlohmann::ordered_json report(const Options& options, const std::string& off, const Watch& watch,
                              std::uint64_t sent) {
  const std::vector<base::Duration> late = watch.sorted();
  const auto at = [&](std::size_t permille) {
    return late.empty() ? 0.0 : milliseconds(late[(late.size() * permille + 999) / 1000 - 1]);
  };
  return {{"messages", options.flood.per_interval},
          {"off", names_in(off)},
          {"ticks", late.size()},
          {"tick_lateness_ms", {{"p50", at(500)}, {"p99", at(990)}, {"p999", at(999)}, {"max", at(1000)}}},
          {"sent", sent},
          {"votes", watch.votes()},
          {"gossip_messages", watch.gossip_messages.load()},
          {"dropped", watch.drops()},
          {"aggregates", watch.aggregates.load()},
          {"rounds_coalesced", watch.rounds_coalesced.load()},
          {"head_slot", watch.head_slot.load()},
          {"lost_peers", watch.lost_peers.load()}};
}

/// One chain from its genesis to the end of the flood.
nlohmann::ordered_json run(const Options& options, const std::string& off, const Keys& keys,
                           const std::shared_ptr<const chain::Anchor>& anchor,
                           const std::vector<runtime::Frame>& frames) {
  const spec::SlotClock slots(kGenesisTime_s);
  const spec::Interval first(options.flood.first_interval);
  const SlowProver prover(keys.scheme(), std::chrono::milliseconds(options.proof_milliseconds));
  ShiftedClock clock({slots.start_of(spec::Interval(0)).nanoseconds - kHeadStart.count()});
  const auto setup = [&](std::size_t first_validator, std::size_t count) {
    Setup out;
    out.config.anchor = anchor;
    out.config.validators = keys.own(first_validator, count);
    out.config.is_aggregator = first_validator == 0;
    out.config.network_name = kNetwork;
    for (const std::string& name : names_in(off)) {
      cures().at(name)(out);
    }
    return out;
  };
  const Setup own = setup(0, 1);
  const Setup theirs = setup(1, kHonest - 1);
  const RealNode::Seams seams{clock, keys.scheme(), prover, own.is_main_urgent};
  RealNode subject(seams, first, "", own.config);
  RealNode others(seams, first, subject.address(), theirs.config);
  subject.node.start();
  others.node.start();
  std::uint64_t sent = 0;
  {
    const base::Instant begin = clock.when(slots.start_of(first));
    const base::Duration apart = base::Duration(std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL)) /
                                 static_cast<std::int64_t>(options.flood.per_interval);
    const Shouter shouter(kNetwork, subject.address(), frames, begin, apart);
    std::this_thread::sleep_until(std::chrono::steady_clock::time_point(
        (begin + std::chrono::seconds(options.seconds)).time_since_epoch()));
    sent = shouter.sent;
  }
  subject.node.stop();
  others.node.stop();
  return report(options, off, subject.watch, sent);
}

int run_all(Options options) {
  FloodPlan& plan = options.flood;
  plan.network = kNetwork;
  plan.first_interval = kFirstSlot * spec::INTERVALS_PER_SLOT;
  plan.intervals = options.seconds * 1000 / spec::MILLISECONDS_PER_INTERVAL;
  // Enough for the valid votes of a slot, which are a few more in one than in another.
  const std::size_t voters =
      plan.per_interval * spec::INTERVALS_PER_SLOT * (100 - plan.unknown_percent) / 100 * 5 / 4 + kHonest;
  const Keys keys(std::min<std::size_t>(voters, 4096), kHonest, options.seed);
  const auto anchor = keys.anchor(kGenesisTime_s);
  const std::vector<runtime::Frame> frames = make_flood(keys, *anchor, plan);
  for (const std::string& off : options.off) {
    fmt::print("{}\n", run(options, off, keys, anchor, frames).dump());
    std::fflush(stdout);
  }
  return 0;
}

void declare(CLI::App& app, Options& options) {
  app.add_option("--messages", options.flood.per_interval, "votes per interval")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  app.add_option("--unknown-percent", options.flood.unknown_percent, "votes for blocks that nobody has")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "how long votes pour")
      ->check(CLI::Range(4, 200))
      ->capture_default_str();
  app.add_option("--proof-ms", options.proof_milliseconds, "CPU time that each aggregate proof takes")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_option("--off", options.off,
                 "cures to do without, joined by +; one run after the other for each of several, all under "
                 "the same flood (default: one run with all of them, which is also called none)")
      ->check(CLI::Validator([](const std::string& list) { return complaint_about(list); }, "CURES"));
  app.add_option("--seed", options.seed, "of keys and votes")->capture_default_str();
}

}  // namespace
}  // namespace lockstep::latency

int main(int argc, char** argv) {
  using namespace lockstep::latency;
  Options options;
  CLI::App app(
      "Runs a node on OS threads for a while, pours votes with real XMSS signatures upon it, and says in "
      "JSON, one line a run, how late its slot ticks came.",
      "lockstep-ticks");
  declare(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "lockstep-ticks: {}\n", error.what());
    return kUsage;
  }
  if (options.off.empty()) {
    options.off.emplace_back("none");
  }
  return run_all(std::move(options));
}
