// What a node pays for one gossip frame: a duplicate, a vote that is fresh, a block.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "author.h"
#include "node/chain/chain.h"
#include "node/networking/network.h"
#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"

namespace lockstep {
namespace {

constexpr std::size_t kValidators = 100;

/// The seams at no cost.
class NoMeter final : public runtime::Meter {
 public:
  [[nodiscard]] std::uint64_t begin(runtime::Work) override { return 0; }
  void end(runtime::Work, std::uint64_t, std::uint64_t) override {}
};
class NoTransport final : public runtime::Transport {
 public:
  runtime::SendOutcome send(runtime::PeerId, runtime::Frame) override {
    return runtime::SendOutcome::kQueued;
  }
  void disconnect(runtime::PeerId) override {}
  [[nodiscard]] std::optional<runtime::TransportEvent> receive(base::Instant) override {
    return std::nullopt;
  }
  void interrupt() override {}
};

/// A node's path from the frame to the store, without its main loop.
class Path final : public networking::Receiver {
 public:
  Path(const test::Keys& keys, std::shared_ptr<const chain::Anchor> anchor, bool is_aggregator)
      : chain_(std::move(anchor), is_aggregator, spec::ValidatorIndex(0), thread_.seams(), meter_,
               keys.scheme, keys.prover, events_),
        network_({.network_name = "12345678"}, clock_, random_, transport_, events_, keys.scheme, *this) {
    for (std::uint64_t i = 1; i <= 8; ++i) {
      network_.handle(runtime::PeerConnected{.peer = runtime::PeerId{i}, .address = ""});
    }
  }
  void on_gossip_block(runtime::PeerId from, chain::SignedBlockPointer block) override {
    chain_.on_block(std::move(block), chain::Origin::kGossip, from);
  }
  void on_gossip_attestation(runtime::PeerId, spec::SignedAttestation vote) override {
    chain_.on_gossip_attestation(std::move(vote), chain::Origin::kGossip);
  }
  void on_gossip_aggregate(runtime::PeerId, spec::SignedAggregatedAttestation one) override {
    chain_.on_gossip_aggregated_attestation(std::move(one), chain::Origin::kGossip);
  }
  bool on_request(runtime::PeerId, std::uint64_t, chain::Request) override { return true; }
  bool on_response_chunk(runtime::PeerId, std::uint64_t, chain::ResponseChunk) override { return true; }
  bool on_request_ended(const chain::RequestEnded&) override { return true; }
  void on_peer_connected(runtime::PeerId) override {}
  void on_peer_disconnected(runtime::PeerId) override {}

  chain::Events events_;
  NoMeter meter_;
  NoTransport transport_;
  test::ManualClock clock_;
  test::SeededRandom random_;
  test::LoneThread thread_;
  chain::Chain chain_;
  networking::Network network_;
};

/// The frames of one slot in which every validator votes.
class Traffic {
 public:
  Traffic() {
    test::Author author(keys, anchor);
    products = author.run_slot(1);
    const networking::Topics topics("12345678");
    block =
        frame(topics.name(networking::TopicKind::kBlock), networking::encode_signed_block(*products.block));
    for (const spec::SignedAttestation& vote : products.votes) {
      votes.push_back(frame(topics.name(networking::TopicKind::kAttestation),
                            networking::encode_signed_attestation(vote)));
    }
    aggregate = frame(topics.name(networking::TopicKind::kAggregation),
                      networking::encode_aggregate(products.aggregates.at(0)));
  }
  static runtime::Frame frame(std::string_view topic, const base::Bytes& ssz) {
    base::Bytes compressed;
    networking::append_snappy_block(ssz, compressed);
    networking::RpcView rpc;
    rpc.publish.push_back({.topic = topic, .data = compressed});
    base::Bytes out{0};
    networking::encode_rpc(rpc, out);
    return std::make_shared<const base::Bytes>(std::move(out));
  }
  [[nodiscard]] std::unique_ptr<Path> path(bool is_aggregator) const {
    auto out = std::make_unique<Path>(keys, anchor, is_aggregator);
    test::tick_to(out->chain_, 6);
    out->network_.handle(runtime::FrameReceived{.peer = runtime::PeerId{1}, .frame = block});
    return out;
  }

  const test::Keys keys{kValidators};
  const std::shared_ptr<const chain::Anchor> anchor = keys.anchor(1000);
  test::SlotProducts products;
  runtime::Frame block;
  runtime::Frame aggregate;
  std::vector<runtime::Frame> votes;
};

const Traffic& traffic() {
  static const Traffic kTraffic;
  return kTraffic;
}

void duplicate_vote(benchmark::State& state) {
  const auto path = traffic().path(false);
  const auto deliver = [&](std::uint64_t peer, std::size_t i) {
    path->network_.handle(runtime::FrameReceived{.peer = runtime::PeerId{peer}, .frame = traffic().votes[i]});
  };
  for (std::size_t i = 0; i < kValidators; ++i) {
    deliver(1, i);
  }
  std::size_t i = 0;
  for (auto _ : state) {
    deliver(2, i);
    i = (i + 1) % kValidators;
  }
}
BENCHMARK(duplicate_vote);

void fresh_vote(benchmark::State& state, bool is_aggregator) {
  std::vector<std::unique_ptr<Path>> paths;
  for (auto _ : state) {
    state.PauseTiming();
    auto path = traffic().path(is_aggregator);
    state.ResumeTiming();
    for (const runtime::Frame& vote : traffic().votes) {
      path->network_.handle(runtime::FrameReceived{.peer = runtime::PeerId{1}, .frame = vote});
    }
    state.PauseTiming();
    if (path->chain_.attestation_counts().accepted != kValidators) {
      state.SkipWithError("a vote was not accepted");
    }
    path.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kValidators));
}
BENCHMARK_CAPTURE(fresh_vote, follower, false);
BENCHMARK_CAPTURE(fresh_vote, aggregator, true);

void fresh_aggregate(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto path = traffic().path(false);
    state.ResumeTiming();
    path->network_.handle(runtime::FrameReceived{.peer = runtime::PeerId{1}, .frame = traffic().aggregate});
    state.PauseTiming();
    path.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(fresh_aggregate);

/// A slot after the first few, as a follower sees it: block, votes seven times, one aggregate, five ticks.
void whole_slot(benchmark::State& state) {
  const test::Keys& keys = traffic().keys;
  test::Author author(keys, traffic().anchor);
  Path path(keys, traffic().anchor, false);
  const networking::Topics topics("12345678");
  std::uint64_t slot = 1;
  for (auto _ : state) {
    state.PauseTiming();
    const test::SlotProducts made = author.run_slot(slot);
    const auto block = Traffic::frame(topics.name(networking::TopicKind::kBlock),
                                      networking::encode_signed_block(*made.block));
    std::vector<runtime::Frame> votes;
    for (const auto& vote : made.votes) {
      votes.push_back(Traffic::frame(topics.name(networking::TopicKind::kAttestation),
                                     networking::encode_signed_attestation(vote)));
    }
    const auto aggregate = Traffic::frame(topics.name(networking::TopicKind::kAggregation),
                                          networking::encode_aggregate(made.aggregates.at(0)));
    const auto deliver = [&](const runtime::Frame& frame) {
      for (std::uint64_t peer = 1; peer <= 7; ++peer) {
        path.network_.handle(runtime::FrameReceived{.peer = runtime::PeerId{peer}, .frame = frame});
      }
    };
    const auto tick = [&] {
      static_cast<void>(path.chain_.tick_interval());
      path.clock_.advance(std::chrono::milliseconds(800));
      path.network_.poll();
    };
    state.ResumeTiming();
    while (path.chain_.store().time().value < slot * 5) {
      tick();
    }
    deliver(block);
    tick();
    for (const auto& vote : votes) {
      deliver(vote);
    }
    tick();
    deliver(aggregate);
    tick();
    tick();
    ++slot;
  }
  if (path.chain_.head().slot.value + 1 != slot ||
      path.chain_.store().latest_finalized().slot.value + 4 < slot) {
    state.SkipWithError("the chain did not move on");
  }
}
BENCHMARK(whole_slot)->Iterations(200);

}  // namespace
}  // namespace lockstep
