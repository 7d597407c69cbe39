// Catching up: finds out what peers have that we lack, and fetches it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/chain/block_result.h"
#include "node/chain/chain_reader.h"
#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"
#include "node/sync/wire.h"

namespace lockstep::sync {

/// Requests to one peer that are on their way at once (leanSpec: MAX_CONCURRENT_REQUESTS).
inline constexpr std::size_t kRequestsPerPeerMax = 2;
/// Requests to all peers together.
inline constexpr std::size_t kRequestsMax = 16;
/// Slots asked for at once.
inline constexpr std::uint64_t kRangeSlots = 64;
/// More blocks are fetched only while fewer than this wait to be imported.
inline constexpr std::size_t kReadyHighWater = 512;
/// Missing blocks that are looked for at once.
inline constexpr std::size_t kWantedMax = 64;
/// After that many parents fetched one by one, the whole stretch since the finalized block is asked for.
inline constexpr std::uint32_t kSingleStepsMax = 3;
/// After that many failed attempts at a range it is given up until somebody shows its end again.
inline constexpr std::uint32_t kRangeAttemptsMax = 8;
/// A head that many slots behind the clock makes us ask a peer for its status, once a slot.
inline constexpr std::uint64_t kStaleSlots = 2;

/// Brings the chain up to what peers have. What it fetches is handed in to be imported like any other block.
/// Not thread-safe: one thread owns it.
class Sync {
 public:
  /// Everything referred to outlives it.
  Sync(const chain::ChainReader& chain, Wire& wire, runtime::Random& random, chain::Events& events);

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
  /// To be called once an interval: ends what took too long, tries again, and asks around when the head
  /// stands still.
  void on_interval(spec::Interval interval);

  [[nodiscard]] std::size_t requests_in_flight() const { return in_flight_.size(); }

 private:
  struct PeerState {
    std::optional<spec::Status> status;
    std::size_t in_flight = 0;
  };
  struct InFlight {
    runtime::PeerId peer;
    chain::Request request;
    std::optional<spec::Slot> last;  ///< Of the last block that came and was handed in.
    bool is_full = false;            ///< One could not be handed in, nor what came behind it.
  };
  /// A block that held blocks wait for.
  struct Wanted {
    runtime::PeerId hint;  ///< Who showed us that it exists.
    std::uint32_t attempts = 0;
    spec::Interval not_before;  ///< When it may be asked for again.
    bool in_flight = false;
  };
  /// A stretch of slots that is being fetched, batch by batch.
  struct Range {
    spec::Slot next;
    spec::Slot last;
    runtime::PeerId hint;
    std::uint32_t attempts = 0;
    bool in_flight = false;
  };

  void want(const spec::Root& root, runtime::PeerId hint);
  void want_range(spec::Slot first, spec::Slot last, runtime::PeerId hint);
  void consider(runtime::PeerId peer, const spec::Status& status);
  void pump();
  void pump_range();
  void pump_wanted();
  void refresh_wanted();
  [[nodiscard]] bool send(runtime::PeerId peer, chain::Request request);
  [[nodiscard]] bool has_room(const PeerState& peer) const;
  /// The hint if it may be asked and `prefer_hint`, else any peer with room, those first that have `slot`.
  [[nodiscard]] std::optional<runtime::PeerId> choose(runtime::PeerId hint, bool prefer_hint,
                                                      spec::Slot slot);
  void failed(const InFlight& request);
  void settle_range(const InFlight& request);
  void ask_for_status(runtime::PeerId peer);
  void report_in_flight();

  const chain::ChainReader& chain_;
  Wire& wire_;
  runtime::Random& random_;
  chain::Events& events_;

  std::map<runtime::PeerId, PeerState> peers_;
  std::map<std::uint64_t, InFlight> in_flight_;
  std::map<spec::Root, Wanted> wanted_;
  std::optional<Range> range_;
  /// Parents that were fetched one by one without finding one that we know.
  std::uint32_t single_steps_ = 0;
  std::uint64_t next_id_ = 1;
  spec::Interval now_;
};

}  // namespace lockstep::sync
