// What fork choice costs in a store of a thousand blocks and four hundred validators, signatures left out.
#include <benchmark/benchmark.h>

#include <malloc.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "node/spec/genesis.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"
#include "node/spec/store.h"
#include "node/spec/store_recompute.h"
#include "node/spec/validator_duties.h"

namespace lockstep::spec {
namespace {

constexpr std::size_t kBlocks = 1000;
constexpr std::size_t kValidators = 400;

/// Believes everything and proves at no cost, so that only fork choice is measured.
class FreeCrypto final : public crypto::AggregateProver, public crypto::SignatureScheme {
 public:
  using Error = crypto::AggregationError;
  [[nodiscard]] base::Result<base::Bytes, Error> aggregate(std::span<const crypto::PublicKey> keys,
                                                           std::span<const base::ByteView>,
                                                           std::span<const crypto::ProvenKeys>,
                                                           std::span<const crypto::PublicKey>,
                                                           const base::Bytes32&,
                                                           std::uint64_t) const override {
    return base::Bytes(32, static_cast<std::uint8_t>(keys.size()));
  }
  [[nodiscard]] bool verify(const crypto::Binding&, base::ByteView) const override { return true; }
  [[nodiscard]] base::Result<base::Bytes, Error> merge(std::span<const crypto::Binding>,
                                                       std::span<const base::ByteView>) const override {
    return base::Bytes(32, 1);
  }
  [[nodiscard]] base::Result<base::Bytes, Error> split(std::span<const crypto::Binding>, base::ByteView,
                                                       std::size_t) const override {
    return base::Bytes(32, 2);
  }
  [[nodiscard]] bool verify_multi(std::span<const crypto::Binding>, base::ByteView) const override {
    return true;
  }
  [[nodiscard]] std::size_t signature_size() const override { return 8; }
  [[nodiscard]] bool is_well_formed(base::ByteView) const override { return true; }
  [[nodiscard]] bool verify(const crypto::PublicKey&, std::uint64_t, const base::Bytes32&,
                            base::ByteView) const override {
    return true;
  }
};

const FreeCrypto kFree;

[[noreturn]] void give_up(const char* what) {
  std::cerr << "the benchmark's store cannot be built: " << what << "\n";
  std::abort();
}

std::shared_ptr<const ValidatorRegistry> validators(std::size_t count) {
  std::vector<Validator> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    base::store_le<std::uint64_t>(i + 1, all[i].attestation_public_key.data.data());
    all[i].index = ValidatorIndex(i);
  }
  return std::make_shared<const ValidatorRegistry>(std::move(all));
}

Checkpoint checkpoint(const Store& store, BlockIndex block) {
  return {.root = store.tree().root(block), .slot = store.tree().slot(block)};
}

/// The validators from `from` on, every `step`th of them.
AggregationBits every(std::size_t from, std::size_t step) {
  AggregationBits bits(kValidators);
  for (std::size_t i = from; i < kValidators; i += step) bits.set(i);
  return bits;
}

Block block_on(const Store& store, BlockIndex parent, Slot slot,
               std::vector<AggregatedAttestation> attestations) {
  State state = *store.tree().state(parent);
  Block block{.slot = slot,
              .proposer_index = ValidatorIndex(slot.value % kValidators),
              .parent_root = store.tree().root(parent),
              .state_root = {},
              .body = {std::move(attestations)}};
  if (!process_slots(state, slot) || !process_block(state, block)) give_up("a block is refused");
  block.state_root = hash_tree_root(state);
  return block;
}

void import_block(Store& store, const Block& block) {
  if (!store.on_verified_block(block)) give_up("a block is refused");
}

/// A chain of blocks, one for each slot, that never finalizes, so that nothing in it is out of fork choice's
/// reach; every tenth block has a sibling.
Store build_store() {
  auto state = std::make_shared<const State>(generate_genesis(0, validators(kValidators)));
  auto anchor = std::make_shared<const Block>(genesis_block(*state));
  Store store = *Store::create(state, anchor, std::nullopt);
  BlockIndex tip = store.head_block();
  std::uint64_t slot = 0;
  while (store.tree().size() < kBlocks) {
    ++slot;
    const Block block = block_on(store, tip, Slot(slot), {});
    if (slot % 10 == 0) {
      import_block(store, block_on(store, tip, Slot(slot + 1), {}));
    }
    import_block(store, block);
    tip = store.tree().find(hash_tree_root(block));
  }
  store.skip_to(interval_from_slot(Slot(slot + 1)) + 4);
  return store;
}

const Store& thousand_blocks() {
  static const Store store = build_store();
  return store;
}

/// The block that everybody builds on: the last one of the long chain.
BlockIndex chain_tip(const Store& store) {
  return static_cast<BlockIndex>(store.tree().size());
}

AttestationData vote(const Store& store, BlockIndex head, Slot slot) {
  const Checkpoint anchor = checkpoint(store, BlockIndex{1});
  return {.slot = slot, .head = checkpoint(store, head), .target = anchor, .source = anchor};
}

Slot latest_slot(const Store& store) {
  return slot_of(store.time());
}

/// The store with `count` votes for blocks near the tip, each by all validators but spread over `count`
/// proofs.
Store with_votes(std::size_t count) {
  Store store = thousand_blocks();
  BlockIndex head = chain_tip(store);
  for (std::size_t i = 0; i < count; ++i) {
    store.record_aggregated_attestation(
        {.data = vote(store, head, latest_slot(store)),
         .proof = {.participants = every(i, count), .proof = {base::Bytes(32, 7)}}});
    head = store.tree().parent(head);
  }
  store.accept_new_attestations();
  return store;
}

/// Eight votes that a block on the tip can carry: all checkpoints on the chain, targets not justified.
std::vector<AggregatedAttestation> eight_attestations(const Store& store) {
  std::vector<AggregatedAttestation> body;
  BlockIndex target = chain_tip(store);
  const Checkpoint source = checkpoint(store, BlockIndex{1});
  for (std::size_t i = 0; i < 8; ++i) {
    while (!is_justifiable_after(store.tree().slot(target), Slot(0))) target = store.tree().parent(target);
    body.push_back({.aggregation_bits = every(i, 3),
                    .data = {.slot = latest_slot(store),
                             .head = checkpoint(store, chain_tip(store)),
                             .target = checkpoint(store, target),
                             .source = source}});
    target = store.tree().parent(target);
  }
  return body;
}

void import_with_eight_attestations(benchmark::State& run) {
  const Store base = with_votes(8);
  const Block block = block_on(base, chain_tip(base), latest_slot(base), eight_attestations(base));
  for (auto _ : run) {
    run.PauseTiming();
    auto store = std::make_unique<Store>(base);
    run.ResumeTiming();
    if (!store->on_verified_block(block)) give_up("the block is refused");
    run.PauseTiming();
    store.reset();
    run.ResumeTiming();
  }
}
BENCHMARK(import_with_eight_attestations)->Unit(benchmark::kMicrosecond);

/// The part of it that must happen under a lock.
void import_of_a_verified_post_state(benchmark::State& run) {
  const Store base = with_votes(8);
  auto block = std::make_shared<const Block>(
      block_on(base, chain_tip(base), latest_slot(base), eight_attestations(base)));
  const Root root = hash_tree_root(*block);
  auto post = std::make_shared<const State>(*state_transition(*base.tree().state(chain_tip(base)), *block));
  for (auto _ : run) {
    run.PauseTiming();
    auto store = std::make_unique<Store>(base);
    run.ResumeTiming();
    benchmark::DoNotOptimize(store->import(root, block, post));
    run.PauseTiming();
    store.reset();
    run.ResumeTiming();
  }
}
BENCHMARK(import_of_a_verified_post_state)->Unit(benchmark::kMicrosecond);

/// One validator moves its vote between the two blocks of a fork `range` blocks below the tip, and the head
/// follows.
void update_head_after_one_vote(benchmark::State& run) {
  Store store = with_votes(8);
  const BlockIndex tip = chain_tip(store);
  BlockTree tree = store.tree();
  BlockIndex below = tip;
  for (std::int64_t i = 0; i < run.range(0); ++i) below = tree.parent(below);
  bool up = false;
  for (auto _ : run) {
    tree.move_vote(up ? below : tip, up ? tip : below);
    up = !up;
    benchmark::DoNotOptimize(tree.heaviest_leaf(BlockIndex{1}));
  }
}
BENCHMARK(update_head_after_one_vote)->Arg(1)->Arg(16)->Arg(256);

void update_head_unchanged(benchmark::State& run) {
  Store store = with_votes(8);
  for (auto _ : run) {
    store.update_head();
    benchmark::DoNotOptimize(store.head());
  }
}
BENCHMARK(update_head_unchanged);

/// The same answer from scratch, for comparison.
void recompute_head_from_scratch(benchmark::State& run) {
  const Store store = with_votes(8);
  for (auto _ : run) {
    benchmark::DoNotOptimize(recompute_head(store));
  }
}
BENCHMARK(recompute_head_from_scratch)->Unit(benchmark::kMicrosecond);

/// Accepting a slot's votes: everybody moves to the next block, in eight proofs.
void accept_votes_of_everybody(benchmark::State& run) {
  const Store base = with_votes(8);
  const BlockIndex head = base.tree().parent(chain_tip(base));
  for (auto _ : run) {
    run.PauseTiming();
    auto store = std::make_unique<Store>(base);
    store->skip_to(store->time() + 5);
    for (std::size_t i = 0; i < 8; ++i) {
      store->record_aggregated_attestation(
          {.data = vote(*store, head, latest_slot(*store)),
           .proof = {.participants = every(i, 8), .proof = {base::Bytes(32, 7)}}});
    }
    run.ResumeTiming();
    store->accept_new_attestations();
    run.PauseTiming();
    store.reset();
    run.ResumeTiming();
  }
}
BENCHMARK(accept_votes_of_everybody)->Unit(benchmark::kMicrosecond);

void update_safe_target(benchmark::State& run) {
  Store store = thousand_blocks();
  for (std::size_t i = 0; i < 8; ++i) {
    store.record_aggregated_attestation(
        {.data = vote(store, chain_tip(store), latest_slot(store)),
         .proof = {.participants = every(i, 8), .proof = {base::Bytes(32, 7)}}});
  }
  for (auto _ : run) {
    store.update_safe_target();
    benchmark::DoNotOptimize(store.safe_target());
  }
}
BENCHMARK(update_safe_target)->Unit(benchmark::kMicrosecond);

void on_gossip_attestation(benchmark::State& run) {
  Store store = with_votes(8);
  const AttestationData data = vote(store, chain_tip(store), latest_slot(store));
  std::uint64_t validator = 0;
  for (auto _ : run) {
    const SignedAttestation signed_vote{.validator_index = ValidatorIndex(validator++ % kValidators),
                                        .data = data,
                                        .signature = {base::Bytes(424, 1)}};
    if (!store.on_gossip_attestation(signed_vote, true, kFree)) give_up("a vote is refused");
  }
}
BENCHMARK(on_gossip_attestation);

void on_gossip_aggregated_attestation(benchmark::State& run) {
  const Store base = with_votes(8);
  const SignedAggregatedAttestation aggregate{
      .data = vote(base, chain_tip(base), latest_slot(base)),
      .proof = {.participants = every(0, 1), .proof = {base::Bytes(32, 3)}}};
  Store store = base;
  for (auto _ : run) {
    if (!store.on_gossip_aggregated_attestation(aggregate, kFree)) give_up("an aggregate is refused");
  }
}
BENCHMARK(on_gossip_aggregated_attestation);

void aggregate_four_hundred_signatures(benchmark::State& run) {
  Store base = with_votes(8);
  for (std::size_t i = 0; i < kValidators; ++i) {
    base.record_attestation({.validator_index = ValidatorIndex(i),
                             .data = vote(base, chain_tip(base), latest_slot(base)),
                             .signature = {base::Bytes(424, 1)}});
  }
  for (auto _ : run) {
    run.PauseTiming();
    auto store = std::make_unique<Store>(base);
    run.ResumeTiming();
    benchmark::DoNotOptimize(store->aggregate(kFree));
    run.PauseTiming();
    store.reset();
    run.ResumeTiming();
  }
}
BENCHMARK(aggregate_four_hundred_signatures)->Unit(benchmark::kMicrosecond);

void get_attestation_target(benchmark::State& run) {
  const Store store = with_votes(8);
  for (auto _ : run) {
    benchmark::DoNotOptimize(get_attestation_target(store));
  }
}
BENCHMARK(get_attestation_target);

void build_block(benchmark::State& run) {
  Store store = thousand_blocks();
  for (const AggregatedAttestation& attestation : eight_attestations(store)) {
    for (std::size_t part = 0; part < 2; ++part) {
      store.record_aggregated_attestation(
          {.data = attestation.data,
           .proof = {.participants = every(part, 2), .proof = {base::Bytes(32, 7)}}});
    }
  }
  store.accept_new_attestations();
  const BlockIndex parent = chain_tip(store);
  const Slot slot = latest_slot(store) + 1;
  for (auto _ : run) {
    const Verdict<BuiltBlock> built =
        build_block(*store.tree().state(parent), slot, ValidatorIndex(slot.value % kValidators),
                    store.tree().root(parent), store.block_candidates(), kFree);
    if (!built) give_up("no block is built");
    benchmark::DoNotOptimize(built->block.body.attestations.size());
  }
}
BENCHMARK(build_block)->Unit(benchmark::kMicrosecond);

void ancestor_test(benchmark::State& run) {
  const Store& store = thousand_blocks();
  const Checkpoint head = checkpoint(store, chain_tip(store));
  std::uint64_t slot = 1;
  for (auto _ : run) {
    slot = slot * 7 % 911;
    benchmark::DoNotOptimize(store.tree().ancestor_at_or_below(store.tree().find(head.root), Slot(slot)));
  }
}
BENCHMARK(ancestor_test);

/// One slot as every node lives it: votes arrive in eight aggregates, a block with last slot's votes follows.
void live_through(Store& store, Slot slot, std::size_t count) {
  (void)store.on_tick(interval_from_slot(slot), false, nullptr);
  const Verdict<ProducedBlock> produced =
      produce_block_with_signatures(store, slot, ValidatorIndex(slot.value % count), kFree);
  if (!produced) give_up("no block is produced");
  store.update_head();
  const Verdict<AttestationData> data = produce_attestation_data(store, slot);
  if (!data) give_up("no vote is produced");
  for (std::size_t part = 0; part < 8; ++part) {
    AggregationBits bits(count);
    for (std::size_t i = part; i < count; i += 8) bits.set(i);
    store.record_aggregated_attestation(
        {.data = *data,
         .proof = {.participants = bits, .proof = {base::Bytes(58, static_cast<std::uint8_t>(part))}}});
  }
}

/// What a store holds of the heap after 64 slots with 100 validators, its registry included.
void memory_after_64_slots(benchmark::State& run) {
  constexpr std::size_t kCount = 100;
  double bytes = 0;
  double finalized = 0;
  for (auto _ : run) {
    const std::size_t before = mallinfo2().uordblks;
    auto state = std::make_shared<const State>(generate_genesis(0, validators(kCount)));
    auto anchor = std::make_shared<const Block>(genesis_block(*state));
    Store store = *Store::create(state, anchor, std::nullopt);
    for (std::uint64_t slot = 1; slot <= 64; ++slot) live_through(store, Slot(slot), kCount);
    bytes = static_cast<double>(mallinfo2().uordblks - before) + sizeof(Store);
    finalized = static_cast<double>(store.latest_finalized().slot.value);
  }
  run.counters["bytes"] = bytes;
  run.counters["finalized_slot"] = finalized;
}
BENCHMARK(memory_after_64_slots)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lockstep::spec
