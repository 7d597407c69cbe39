// Nodes that run are scraped all the time by a thread of their own: nothing breaks, and nothing waits.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "author.h"
#include "node/api/handlers.h"
#include "node/api/reader_source.h"
#include "node/metrics/exposition.h"
#include "node/metrics/node_metrics.h"
#include "node/node/node.h"
#include "node/spec/ssz.h"
#include "simulated_world.h"

namespace lockstep::api {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr std::uint64_t kGenesis = 1'700'000'002;
constexpr int kScrapes = 160;
constexpr auto kPause = 311ms;

/// A node with its metrics and its API.
struct Served {
  Served(const runtime::Runtime& runtime, const test::Keys& keys,
         const std::shared_ptr<const chain::Anchor>& anchor, std::size_t index)
      : facts{.name = "node " + std::to_string(index),
              .version = "1",
              .validators = 2,
              .is_aggregator = index == 0,
              .anchor_slot = {}},
        metrics(registry, runtime.clock, facts, nobody),
        exposition(registry, facts),
        node(runtime, keys.scheme, keys.prover, metrics,
             {.anchor = anchor, .validators = keys.own(2 * index, 2), .is_aggregator = index == 0}),
        source(node.reader(), anchor, runtime.clock),
        sources{.chain = &source, .is_aggregator = &node.aggregator_role(), .metrics = &exposition} {
    node.reader().visit_locks(
        [this](const char* name, const locking::LockTimes& times) { exposition.add_lock(name, times); });
    exposition.watch(metrics::Metric::kConnectedPeers,
                     [this] { return static_cast<std::int64_t>(node.peers().count()); });
  }
  [[nodiscard]] Response ask(std::string_view target) const {
    return handle({.method = "GET", .target = target, .body = {}}, sources);
  }

  metrics::NodeFacts facts;
  chain::Events nobody;
  metrics::Registry registry;
  metrics::NodeMetrics metrics;
  metrics::Exposition exposition;
  node::Node node;
  ReaderSource source;
  Sources sources;
};

/// What the scrapes of one run saw, in order.
struct Seen {
  std::vector<base::Bytes> bodies;
  std::uint64_t finalized = 0;
  std::uint64_t finalized_in_tree = 0;
};

void scrape_once(const Served& served, Seen& seen) {
  const Response state = served.ask("/lean/v0/states/finalized");
  ASSERT_EQ(state.status, 200);
  const auto decoded = spec::decode<spec::State>(state.body);
  ASSERT_TRUE(decoded);
  EXPECT_GE(decoded->slot.value, seen.finalized) << "finality went back";
  const Response block = served.ask("/lean/v0/blocks/finalized");
  ASSERT_EQ(block.status, 200);
  const Response tree = served.ask("/lean/v0/fork_choice");
  ASSERT_EQ(tree.status, 200);
  const Json json = Json::parse(std::string(tree.body.begin(), tree.body.end()));
  // The tree is that of the latest tick, the state that of this moment.
  const auto finalized_in_tree = json["finalized"]["slot"].get<std::uint64_t>();
  EXPECT_GE(finalized_in_tree, seen.finalized_in_tree);
  EXPECT_LE(finalized_in_tree, decoded->slot.value);
  seen.finalized_in_tree = finalized_in_tree;
  EXPECT_EQ(json["nodes"][0]["root"], json["finalized"]["root"]);
  seen.finalized = decoded->slot.value;
  for (const Response& response : {state, block, tree, served.ask("/metrics")}) {
    seen.bodies.push_back(response.body);
  }
}

Seen run_and_scrape() {
  Seen seen;
  seam::run_in_simulated_world(2, [&](seam::Seams& seams) {
    const test::Keys keys(4);
    const auto anchor = keys.anchor(kGenesis);
    Served first(seams.nodes[0], keys, anchor, 0);
    Served second(seams.nodes[1], keys, anchor, 1);
    first.node.start();
    second.node.start();
    const auto scraper = seams.nodes[0].scheduler.spawn("scraper", [&] {
      for (int i = 0; i < kScrapes; ++i) {
        seams.nodes[0].scheduler.sleep_until(seams.nodes[0].clock.now() + kPause);
        scrape_once(first, seen);
      }
    });
    scraper->join();
    first.node.stop();
    second.node.stop();
  });
  return seen;
}

TEST(Scrape, sees_a_chain_that_finalizes_and_disturbs_nothing) {
  const Seen seen = run_and_scrape();
  EXPECT_EQ(seen.bodies.size(), 4 * kScrapes);
  EXPECT_GE(seen.finalized, 8);
  const base::Bytes& last = seen.bodies.back();
  const std::string metrics(last.begin(), last.end());
  EXPECT_NE(metrics.find("\nlean_latest_finalized_slot " + std::to_string(seen.finalized) + "\n"),
            std::string::npos);
  EXPECT_NE(metrics.find("\nlean_connected_peers 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("zeam_lock_hold_seconds_count{lock=\"finalized_state\",site=\"api\"} 160\n"),
            std::string::npos);
  EXPECT_NE(metrics.find("\nlockstep_intervals_skipped_total 0\n"), std::string::npos);
}

TEST(Scrape, one_seed_gives_the_same_text_twice) {
  EXPECT_EQ(run_and_scrape().bodies, run_and_scrape().bodies);
}

}  // namespace
}  // namespace lockstep::api
