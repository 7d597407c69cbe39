// Fuzzes gossipsub's state machine: peers come, go, say RPCs of any bytes or of the fuzzer's making, and time
// passes. Whatever they do, the bounds hold and every entry has one outcome.
#include <algorithm>
#include <numeric>

#include "harness.h"
#include "node/networking/gossipsub.h"
#include "seams.h"

namespace {

using namespace lockstep;
using namespace lockstep::networking;

constexpr std::size_t kPeers = 20;
constexpr std::size_t kStepsMax = 400;
const std::vector<std::string> kNames{"a", "b", "c"};

class Play {
 public:
  Play() { machine_.subscribe(0); }

  void step(base::ByteView& input) {
    const runtime::PeerId peer{fuzz::choose(input, kPeers)};
    const auto topic = static_cast<TopicIndex>(fuzz::choose(input, kNames.size()));
    switch (fuzz::choose(input, 9)) {
      case 0:
        machine_.connect(peer, fuzz::choose(input, 4) != 0);
        break;
      case 1:
        machine_.disconnect(peer);
        break;
      case 2:
        machine_.on_subscription(peer, topic, fuzz::choose(input, 4) != 0);
        break;
      case 3:
        machine_.on_message(peer, topic, id(input), frame(topic, input), 100 * fuzz::choose(input, 30), now_);
        break;
      case 4:
        machine_.publish(topic, id(input), frame(topic, input), now_);
        break;
      case 5:
        control(peer, input);
        break;
      case 6:
        raw(peer, input);
        break;
      case 7:
        if (fuzz::choose(input, 2) == 0) {
          machine_.subscribe(topic);
        } else {
          machine_.unsubscribe(topic);
        }
        break;
      default:
        now_ += kHeartbeat * static_cast<int>(fuzz::choose(input, 100));
        machine_.heartbeat(now_);
        check_sizes();
    }
    check();
  }

  /// Everybody goes, and nobody is kept.
  void finish() {
    for (std::uint64_t peer = 0; peer < kPeers; ++peer) {
      machine_.disconnect({peer});
    }
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const auto topic = static_cast<TopicIndex>(i);
      fuzz::check(machine_.mesh(topic).empty() && machine_.fanout(topic).empty(), "who went is in no mesh");
    }
  }

 private:
  static MessageId id(base::ByteView& input) {
    MessageId out;
    out.data[0] = static_cast<std::uint8_t>(fuzz::choose(input, 16));
    return out;
  }
  static runtime::Frame frame(TopicIndex topic, base::ByteView& input) {
    const base::Bytes data(fuzz::choose(input, 50), 1);
    RpcView rpc;
    rpc.publish.push_back({.topic = kNames[topic], .data = data});
    return frame_of(rpc);
  }

  void control(runtime::PeerId peer, base::ByteView& input) {
    std::vector<base::Bytes20> ids(fuzz::choose(input, 6));
    ControlView control;
    for (base::Bytes20& one : ids) {
      one = id(input);
      control.ids.push_back(one.view().first(fuzz::choose(input, 8) == 0 ? 19 : 20));
    }
    const std::string& topic = kNames[fuzz::choose(input, kNames.size())];
    const IdsView all{.topic = topic, .first = 0, .count = control.ids.size()};
    const std::size_t times = fuzz::choose(input, 40);
    for (std::size_t i = 0; i < times; ++i) {
      switch (fuzz::choose(input, 5)) {
        case 0:
          control.graft.emplace_back(topic);
          break;
        case 1:
          control.prune.push_back({.topic = topic, .backoff = fuzz::choose(input, 256) << (i % 57)});
          break;
        case 2:
          control.ihave.push_back(all);
          break;
        case 3:
          control.iwant.push_back(all);
          break;
        default:
          control.idontwant.push_back(all);
      }
    }
    machine_.on_control(peer, control, now_);
  }

  void raw(runtime::PeerId peer, base::ByteView& input) {
    const std::size_t size = std::min(fuzz::choose(input, 256), input.size());
    RpcView rpc;
    if (decode_rpc(input.first(size), rpc)) {
      machine_.on_control(peer, rpc.control, now_);
    }
    input = input.subspan(size);
  }

  /// What is sent can be read, and goes where it may.
  void check() {
    for (const Outgoing& out : machine_.outbox()) {
      RpcView rpc;
      fuzz::check(out.frame->size() <= runtime::kFrameBytesMax, "no frame is too long");
      fuzz::check(decode_rpc(base::ByteView(*out.frame).subspan(1), rpc), "what is sent can be read");
    }
    machine_.outbox().clear();
    machine_.complaints().clear();
    const ControlCounts& counts = machine_.control_counts();
    fuzz::check(
        std::accumulate(counts.outcomes.begin(), counts.outcomes.end(), std::uint64_t{0}) == counts.entries,
        "every control entry has one outcome");
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const auto mesh = machine_.mesh(static_cast<TopicIndex>(i));
      fuzz::check(std::is_sorted(mesh.begin(), mesh.end()) &&
                      std::adjacent_find(mesh.begin(), mesh.end()) == mesh.end(),
                  "a mesh holds each peer once, in order");
      fuzz::check(mesh.empty() || machine_.follows(static_cast<TopicIndex>(i)),
                  "only what is followed has a mesh");
      fuzz::check(mesh.size() <= kPeers, "a mesh holds known peers only");
    }
    fuzz::check(machine_.seen_size() <= kSeenMessagesMax, "what was seen is bounded");
  }
  void check_sizes() {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      fuzz::check(machine_.mesh(static_cast<TopicIndex>(i)).size() <= GossipsubParameters{}.d_high,
                  "a heartbeat leaves no mesh too large");
      fuzz::check(machine_.fanout(static_cast<TopicIndex>(i)).size() <= GossipsubParameters{}.d,
                  "nor a fanout");
    }
  }

  fuzz::CountingRandom random_;
  KeyedHash hash_{random_};
  Gossipsub machine_{kNames, GossipsubParameters{}, hash_, random_};
  base::Instant now_{std::chrono::seconds(1000)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::play<Play>({data, size}, kStepsMax);
}
