// The slot driver of a whole node: every interval once and in time, and an end that everybody learns of.
#include <gtest/gtest.h>

#include "node/base/assert.h"
#include "node/node/node.h"
#include "stage.h"

namespace lockstep::node {
namespace {

using test::Heard;
using test::Stage;
using test::World;
using namespace std::chrono_literals;

constexpr base::Duration kInterval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);

std::unique_ptr<Node> node_on(Stage& stage, chain::Events& events, bool chain_worker = true,
                              const crypto::AggregateProver* prover = nullptr) {
  Config config{.anchor = stage.keys.anchor(0), .validators = stage.keys.all()};
  config.is_aggregator = prover != nullptr;
  config.chain_worker = chain_worker;
  return std::make_unique<Node>(stage.runtime, stage.keys.scheme,
                                prover == nullptr ? stage.keys.prover : *prover, events, std::move(config));
}

/// Requires every interval once, in order, and none before its time.
void expect_every_interval(World& world, const Heard& heard, std::uint64_t last) {
  std::uint64_t reached = 0;
  for (const chain::TickHappened& tick : heard.ticks) {
    world.expect(tick.lateness.count() >= 0, "a tick came early");
    world.expect(tick.interval.value == reached + tick.skipped + 1, "an interval came twice, or never");
    reached = tick.interval.value;
  }
  world.expect(reached == last, "the clock stands still");
}

TEST(MainLoop, ticks_once_for_each_interval_at_its_beginning_with_early_timers_too) {
  for (const bool early : {false, true}) {
    EXPECT_EQ(
        test::explored(
            20,
            [](World& world) {
              Stage stage(world);
              const auto node = node_on(stage, stage.heard);
              node->start();
              stage.pass(kInterval * 12 + kInterval / 2);
              node->stop();
              expect_every_interval(world, stage.heard, 12);
              for (const chain::TickHappened& tick : stage.heard.ticks) {
                world.expect(tick.lateness.count() == 0, "a tick was late although nothing was to be done");
              }
              world.expect(stage.heard.stalls == 0 && stage.heard.deaths.empty(), "an alarm for nothing");
            },
            early),
        "");
  }
}

TEST(MainLoop, is_wired_and_started_once) {
  EXPECT_EQ(test::explored(1,
                           [](World& world) {
                             Stage stage(world);
                             const auto node = node_on(stage, stage.heard);
                             node->stop();
                             node->start();
                             EXPECT_THROW(node->start(), base::AssertionFailed);
                             node->stop();
                             EXPECT_THROW(node->start(), base::AssertionFailed);
                           }),
            "");
}

/// Keeps the main thread for a while at one interval.
class Stalls final : public Heard {
 public:
  Stalls(World& world, std::uint64_t at, base::Duration length) : world_(world), at_(at), length_(length) {}
  void tick_happened(const chain::TickHappened& tick) override {
    Heard::tick_happened(tick);
    if (tick.interval.value == at_) {
      world_.spend(length_);
    }
  }

 private:
  World& world_;
  std::uint64_t at_;
  base::Duration length_;
};

TEST(MainLoop, makes_up_for_a_short_stall_interval_by_interval) {
  EXPECT_EQ(test::explored(20,
                           [](World& world) {
                             Stage stage(world);
                             Stalls heard(world, 3, kInterval * 3 + 100ms);
                             const auto node = node_on(stage, heard);
                             node->start();
                             stage.pass(kInterval * 10 + kInterval / 2);
                             node->stop();
                             expect_every_interval(world, heard, 10);
                             world.expect(heard.ticks.size() == 10, "an interval was jumped over");
                             world.expect(heard.ticks.back().lateness.count() == 0, "it stays behind");
                             world.expect(heard.stalls == 0, "a short stall is no standstill");
                           }),
            "");
}

TEST(MainLoop, jumps_over_most_of_a_long_stall_which_the_watchdog_reports_once) {
  EXPECT_EQ(test::explored(20,
                           [](World& world) {
                             Stage stage(world);
                             Stalls heard(world, 3, kInterval * 20);
                             const auto node = node_on(stage, heard);
                             node->start();
                             stage.pass(kInterval * 30 + kInterval / 2);
                             node->stop();
                             expect_every_interval(world, heard, 30);
                             world.expect(heard.ticks.size() < 20, "the past is made up for one by one");
                             world.expect(heard.stalls == 1, "one standstill is reported once");
                           }),
            "");
}

TEST(MainLoop, ends_whoever_stops_it_and_leaves_no_command_without_an_outcome) {
  for (const bool chain_worker : {true, false}) {
    EXPECT_EQ(test::explored(
                  100,
                  [chain_worker](World& world) {
                    Stage stage(world);
                    const auto node = node_on(stage, stage.heard, chain_worker);
                    node->start();
                    stage.transport.bring(runtime::PeerConnected{{1}, "one"});
                    stage.pass(400ms * world.choose(5));
                    world.beside({{"operator", [&] { node->stop(); }},
                                  {"api", [&] { node->stop(); }},
                                  {"signal", [&] { node->request_stop(); }}});
                    world.expect(stage.heard.inputs[chain::Input::kCommand] == stage.heard.commands_settled(),
                                 "a command has no outcome");
                    world.expect(stage.heard.deaths.empty(), "an end that was asked for is no death");
                    node->stop();
                  }),
              "");
  }
}

/// Breaks the thread that reports one kind of thing.
class Breaks final : public Heard {
 public:
  explicit Breaks(std::string where) : where_(std::move(where)) {}
  void interval_done(const chain::IntervalDone& done) override {
    Heard::interval_done(done);
    if (where_ == "chain" && done.interval.value == 4) {
      throw test::Broken{};
    }
  }
  void tick_happened(const chain::TickHappened& tick) override {
    Heard::tick_happened(tick);
    if (where_ == "main" && tick.interval.value == 4) {
      throw test::Broken{};
    }
  }

 private:
  std::string where_;
};

TEST(MainLoop, says_which_thread_has_ended_unasked_and_stops_with_it) {
  for (const std::string name : {"network", "chain"}) {
    EXPECT_EQ(test::explored(50,
                             [&name](World& world) {
                               Stage stage(world);
                               Breaks heard(name);
                               const auto node = node_on(stage, heard);
                               node->start();
                               stage.pass(kInterval * 2);
                               if (name == "network") {
                                 stage.transport.break_down();
                               }
                               stage.pass(kInterval * 10);
                               world.expect(heard.deaths == std::vector<std::string>{name},
                                            "nobody says that a thread has ended");
                               world.expect(heard.ticks.size() < 6,
                                            "the node goes on as if nothing were missing");
                               node->stop();
                               world.expect(heard.inputs[chain::Input::kCommand] == heard.commands_settled(),
                                            "a command has no outcome");
                             }),
              "")
        << name;
  }
}

TEST(MainLoop, that_has_ended_itself_is_reported_by_the_watchdog_and_can_still_be_stopped) {
  EXPECT_EQ(test::explored(20,
                           [](World& world) {
                             Stage stage(world);
                             Breaks heard("main");
                             const auto node = node_on(stage, heard);
                             node->start();
                             stage.pass(12s);
                             world.expect(heard.stalls == 1, "nobody says that the clock stands still");
                             node->stop();
                             world.expect(heard.inputs[chain::Input::kCommand] == heard.commands_settled(),
                                          "a command has no outcome");
                           }),
            "");
}

}  // namespace
}  // namespace lockstep::node
