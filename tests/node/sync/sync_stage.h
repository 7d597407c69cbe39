// A node that catches up and a chain to catch up with, the network between them held in hand.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include "author.h"
#include "node/spec/hash_tree_root.h"
#include "node/sync/server.h"
#include "node/sync/sync.h"

namespace lockstep::sync {

inline constexpr runtime::PeerId kGood{1};
inline constexpr runtime::PeerId kOther{2};

struct Asked {
  runtime::PeerId peer;
  std::uint64_t id;
  chain::Request request;
};

/// Keeps what is asked until the test answers; hands blocks to a chain.
class HeldWire final : public Wire {
 public:
  explicit HeldWire(chain::Chain& chain) : chain_(chain) {}

  bool request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) override {
    if (refuses) {
      return false;
    }
    asked.push_back({peer, id, request});
    return true;
  }
  bool respond(runtime::PeerId, std::uint64_t, const chain::Response&) override {
    if (refuses) {
      return false;
    }
    ++responded;
    return true;
  }
  void complain(runtime::PeerId peer, chain::Drop reason) override { complaints.emplace_back(peer, reason); }
  bool import_block(const spec::Root& root, chain::SignedBlockPointer block, runtime::PeerId from) override {
    if (room == 0) {
      return false;
    }
    --room;
    chain_.enqueue_block(root, std::move(block), chain::Origin::kSync, from);
    return true;
  }

  std::deque<Asked> asked;
  int responded = 0;
  std::vector<std::pair<runtime::PeerId, chain::Drop>> complaints;
  bool refuses = false;
  std::size_t room = ~std::size_t{0};

 private:
  chain::Chain& chain_;
};

class SyncTest : public testing::Test {
 protected:
  /// The author has a chain of so many slots; ours is empty, with the same clock.
  void author_runs(std::uint64_t slots) {
    for (std::uint64_t slot = author.chain().store().time().value / 5 + 1; slot <= slots; ++slot) {
      blocks.push_back(author.run_slot(slot).block);
    }
  }
  void tick_to(std::uint64_t interval) {
    while (chain.store().time().value < interval) {
      static_cast<void>(chain.tick_interval());
      clock.advance(std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL));
      sync.on_interval(chain.store().time());
    }
  }
  /// Imports all that waits, as the node's main loop does.
  void work() {
    while (chain.has_work()) {
      if (const auto result = chain.step()) {
        sync.on_block_result(*result);
      }
    }
  }
  void gossip(const chain::SignedBlockPointer& block, runtime::PeerId from) {
    sync.on_block_result(chain.on_block(block, chain::Origin::kGossip, from));
    work();
  }
  static chain::Protocol protocol_of(const Asked& one) {
    return static_cast<chain::Protocol>(one.request.index());
  }
  void end(const Asked& one, chain::RequestEnd how, std::size_t items = 0) {
    sync.on_request_ended(
        {.peer = one.peer, .id = one.id, .protocol = protocol_of(one), .end = how, .items = items});
    work();
  }
  void deliver(const Asked& one, const chain::Response& response) {
    std::size_t items = 1;
    if (const auto* status = std::get_if<chain::StatusAnswer>(&response)) {
      sync.on_response_chunk(one.peer, one.id, status->status);
    } else if (const auto* blocks_answer = std::get_if<chain::BlocksAnswer>(&response)) {
      items = blocks_answer->blocks.size();
      for (const chain::SignedBlockPointer& block : blocks_answer->blocks) {
        sync.on_response_chunk(
            one.peer, one.id,
            chain::FetchedBlock{.root = spec::hash_tree_root(block->block), .block = block});
        work();
      }
    }
    end(one, chain::RequestEnd::kAnswered, items);
  }
  /// Answers the oldest request truly, from the author's chain.
  void answer_next() {
    const Asked one = wire.asked.front();
    wire.asked.pop_front();
    deliver(one, answer(author.chain().reader(), one.request));
  }
  void answer_all() {
    for (int i = 0; i < 1000 && !wire.asked.empty(); ++i) {
      answer_next();
    }
    ASSERT_TRUE(wire.asked.empty());
  }
  [[nodiscard]] std::size_t asked_for(chain::Protocol protocol) const {
    return static_cast<std::size_t>(
        std::count_if(wire.asked.begin(), wire.asked.end(),
                      [&](const Asked& one) { return protocol_of(one) == protocol; }));
  }

  const test::Keys keys{4};
  const std::shared_ptr<const chain::Anchor> anchor = keys.anchor(1000);
  test::Author author{keys, anchor};
  std::vector<chain::SignedBlockPointer> blocks;
  test::ManualClock clock;
  test::SeededRandom random;
  test::CountingMeter meter;
  test::Recorder events;
  test::LoneThread thread;
  chain::Chain chain{anchor, false, std::nullopt, thread.seams(), meter, keys.scheme, keys.prover, events};
  HeldWire wire{chain};
  Sync sync{chain.reader(), wire, random, events};
};

}  // namespace lockstep::sync
