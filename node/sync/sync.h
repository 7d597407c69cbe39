// Catching up: finds out what peers have that we lack, and fetches it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "node/chain/block_result.h"
#include "node/chain/chain_reader.h"
#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"
#include "node/sync/block_fetches.h"
#include "node/sync/invalid_roots.h"
#include "node/sync/peer_book.h"
#include "node/sync/questions.h"
#include "node/sync/range_sync.h"
#include "node/sync/sync_status.h"
#include "node/sync/wire.h"

namespace lockstep::sync {

/// A head that many slots below what a peer shows is caught up with by range; fewer block by block.
inline constexpr std::uint64_t kRangeGap = 4;
/// After that many parents fetched one by one, the whole stretch since the finalized block is asked for.
inline constexpr std::uint32_t kSingleStepsMax = 3;
/// A head that many slots behind the clock makes us ask a peer for its status, once a slot.
inline constexpr std::uint64_t kStaleSlots = 2;
/// Every so many slots so many peers are asked for their status, in turn.
inline constexpr std::uint64_t kStatusRefreshSlots = 8;
inline constexpr std::size_t kStatusRefreshPeers = 8;
/// Answers to peers that the network had no room for; kept for so many intervals.
inline constexpr std::size_t kUnsentAnswersMax = 64;
inline constexpr std::uint64_t kUnsentAnswerIntervals = 10;

/// What keeps catching up within bounds; see node::Config.
struct Cures {
  bool fetch_cap = true;
  bool gating = true;
};

/// Brings the chain up to what peers have. What it fetches is handed in to be imported like any other block.
/// Not thread-safe: one thread owns it.
class Sync {
 public:
  /// Everything referred to outlives it.
  Sync(const chain::ChainReader& chain, Wire& wire, runtime::Random& random, chain::Events& events,
       const Cures& cures = {});

  void on_peer_connected(runtime::PeerId peer);
  void on_peer_disconnected(runtime::PeerId peer);

  /// A peer asks us for something.
  void on_request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request);
  /// One chunk of the answer to a request of ours.
  void on_response_chunk(runtime::PeerId peer, std::uint64_t id, const chain::ResponseChunk& chunk);
  /// A request of ours is over.
  void on_request_ended(const chain::RequestEnded& ended);

  /// The chain has decided about a block; one that waits for its parent makes us look for that.
  void on_block_result(const chain::BlockResult& result);
  /// A vote, or an aggregate of votes, waits because it names a block that is not here.
  void on_vote_waits(const spec::AttestationData& data, runtime::PeerId from);
  /// To be called once an interval: tries again, and asks around when the head stands still.
  void on_interval(spec::Interval interval);

  [[nodiscard]] chain::SyncState state() const { return state_; }
  /// Whether votes from gossip are worth looking at: not before some peer has said where the network stands.
  /// A node that is behind takes them in: without their weight it might never catch up.
  [[nodiscard]] bool wants_votes() const {
    return !cures_.gating || state_ == chain::SyncState::kBehind || state_ == chain::SyncState::kSynced;
  }
  [[nodiscard]] std::size_t requests_in_flight() const { return questions_.size(); }
  [[nodiscard]] std::size_t block_fetches_in_flight() const { return fetches_.in_flight(); }
  [[nodiscard]] const InvalidRoots& invalid_roots() const { return invalid_; }

 private:
  struct UnsentAnswer {
    runtime::PeerId peer;
    std::uint64_t id;
    chain::Response response;
    spec::Interval until;
  };

  void consider(runtime::PeerId peer, const spec::Status& status);
  void find_parent(const chain::BlockResult& result, std::uint32_t depth);
  void note_refusal(const chain::BlockResult& result);
  void judge(const Question& question, const chain::RequestEnded& ended);
  void update_state();
  void ask_around();
  void ask_for_status(runtime::PeerId peer);
  void send_answers();

  const chain::ChainReader& chain_;
  Wire& wire_;
  chain::Events& events_;
  Cures cures_;
  PeerBook peers_;
  Questions questions_;
  InvalidRoots invalid_;
  BlockFetches fetches_;
  RangeSync range_;
  std::deque<UnsentAnswer> unsent_;
  std::size_t status_asks_ = 0;
  /// Whose status was refreshed last.
  runtime::PeerId refreshed_;
  chain::SyncState state_ = chain::SyncState::kNoPeers;
  spec::Interval now_;
};

}  // namespace lockstep::sync
