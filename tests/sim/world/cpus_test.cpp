// Work queues for CPUs and takes the virtual time that the table says.
#include "sim/world/cpus.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "sim/world/sim_random.h"

namespace lockstep::sim {
namespace {

using namespace std::chrono_literals;
using runtime::Work;

Time at(base::Duration since_start) {
  return Time(since_start);
}

TEST(Cpus, take_the_earliest_free_and_queue_when_all_are_busy) {
  Cpus cpus(2);
  EXPECT_EQ(cpus.occupy(at(0ms), 10ms), at(10ms));
  EXPECT_EQ(cpus.occupy(at(0ms), 4ms), at(4ms));
  EXPECT_EQ(cpus.occupy(at(1ms), 5ms), at(9ms)) << "waits for the second CPU until 4 ms";
  EXPECT_EQ(cpus.occupy(at(1ms), 1ms), at(10ms));
  EXPECT_EQ(cpus.occupy(at(50ms), 1ms), at(51ms));
  EXPECT_EQ(cpus.busy(), 21ms);
  EXPECT_EQ(cpus.longest_wait(), 8ms);
}

TEST(CostTable, adds_fixed_cost_and_units) {
  CostTable costs;
  costs[Work::kVerifyProof] = {.fixed = 2ms, .per_unit = 300us};
  EXPECT_EQ(costs.of(Work::kVerifyProof, 0), 2ms);
  EXPECT_EQ(costs.of(Work::kVerifyProof, 10), 5ms);
  EXPECT_EQ(costs.of(Work::kDecode, 10), 0ms);
}

struct Worker {
  explicit Worker(std::size_t count, std::uint32_t duration_percent = 100)
      : choices(1), engine(choices), cpus(count), meter(engine, node_lane(0), cpus, costs, duration_percent) {
    costs[Work::kVerifySignature] = {.fixed = 1ms};
  }
  void work() { meter.end(Work::kVerifySignature, meter.begin(Work::kVerifySignature), 1); }

  Choices choices;
  Engine engine;
  Cpus cpus;
  CostTable costs;
  ChargingMeter meter;
};

TEST(ChargingMeter, makes_threads_share_the_cpus) {
  Worker worker(2);
  std::multiset<Time> ends;
  for (int i = 0; i < 5; ++i) {
    worker.engine.spawn("worker", node_lane(0), [&] {
      worker.work();
      ends.insert(worker.engine.now());
    });
  }
  EXPECT_EQ(worker.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(ends, (std::multiset<Time>{at(1ms), at(1ms), at(2ms), at(2ms), at(3ms)}));
}

TEST(ChargingMeter, lets_a_slow_node_take_longer) {
  Worker worker(1, 250);
  worker.engine.spawn("worker", node_lane(0), [&] { worker.work(); });
  EXPECT_EQ(worker.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(worker.engine.now(), at(2500us));
}

TEST(ChargingMeter, lets_two_nodes_share_one_machine) {
  Worker worker(1);
  ChargingMeter other(worker.engine, node_lane(1), worker.cpus, worker.costs);
  worker.engine.spawn("one", node_lane(0), [&] { worker.work(); });
  worker.engine.spawn("other", node_lane(1), [&] { other.end(Work::kVerifySignature, 0, 1); });
  EXPECT_EQ(worker.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(worker.engine.now(), at(2ms));
}

TEST(ChargingMeter, work_that_costs_nothing_is_no_scheduling_point) {
  Worker worker(1);
  worker.costs = CostTable{};
  std::string order;
  for (const char name : {'a', 'b'}) {
    worker.engine.spawn("worker", node_lane(0), [&, name] {
      for (int i = 0; i < 20; ++i) {
        worker.work();
        order += name;
      }
    });
  }
  EXPECT_EQ(worker.engine.run(), RunEnd::kFinished);
  EXPECT_TRUE(order == std::string(20, 'a') + std::string(20, 'b') ||
              order == std::string(20, 'b') + std::string(20, 'a'))
      << order;
  EXPECT_EQ(worker.cpus.busy(), 0ms);
}

TEST(ChargingMeter, may_be_left_by_unwinding_at_the_end_of_a_scope) {
  Worker worker(1);
  struct Scope {
    Worker& at;
    ~Scope() { at.work(); }
  };
  bool went_on = false;
  worker.engine.spawn("worker", node_lane(0), [&] {
    {
      const Scope scope{worker};
    }
    worker.engine.sleep_until(worker.engine.now() + 1s);
    went_on = true;
  });
  worker.engine.run_until(at(500us));
  worker.engine.unwind();
  EXPECT_EQ(worker.engine.fibers(), 0U);
  EXPECT_EQ(worker.engine.abandoned(), 0U);
  EXPECT_FALSE(went_on);
}

TEST(SimRandom, depends_on_seed_and_name_alone) {
  Choices choices(5);
  Choices same(5);
  Choices another(6);
  SimRandom alice(choices, "alice");
  SimRandom bob(choices, "bob");
  SimRandom alice_again(same, "alice");
  SimRandom alice_elsewhere(another, "alice");
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t word = alice.next();
    EXPECT_EQ(word, alice_again.next());
    EXPECT_NE(word, bob.next());
    EXPECT_NE(word, alice_elsewhere.next());
  }
}

}  // namespace
}  // namespace lockstep::sim
