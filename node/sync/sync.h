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
#include "node/runtime/clock.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"
#include "node/sync/wire.h"

namespace lockstep::sync {

/// How long a peer may take to answer. leanSpec waits 10 s; a slot is enough to know that another peer should
/// be asked.
inline constexpr base::Duration kRequestTimeout = std::chrono::seconds(4);
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
  Sync(const chain::ChainReader& chain, Wire& wire, runtime::Clock& clock, runtime::Random& random,
       chain::Events& events);

  void on_peer_connected(runtime::PeerId peer);
  void on_peer_disconnected(runtime::PeerId peer);

  /// A peer asks us for something.
  void on_request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request);
  /// A peer answers.
  void on_response(runtime::PeerId peer, std::uint64_t id, chain::Protocol protocol,
                   const chain::Response& response);
  /// A peer answered with what cannot be read.
  void on_bad_response(runtime::PeerId peer, std::uint64_t id);

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
    base::Instant deadline;
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
  /// Takes a request out of flight and reports its end; nothing when there is no such request to that peer.
  std::optional<InFlight> finish(runtime::PeerId peer, std::uint64_t id, chain::RequestEnd end,
                                 std::size_t items);
  void failed(const InFlight& request);
  [[nodiscard]] bool take_roots(const InFlight& request, const chain::BlocksAnswer& answer);
  [[nodiscard]] bool take_range(const InFlight& request, const chain::BlocksAnswer& answer);
  /// Hands blocks in until there is no room; returns how many were taken.
  std::size_t hand_in(const std::vector<spec::Root>& roots, const chain::BlocksAnswer& answer,
                      runtime::PeerId from);
  void ask_for_status(runtime::PeerId peer);
  void report_in_flight();

  const chain::ChainReader& chain_;
  Wire& wire_;
  runtime::Clock& clock_;
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
