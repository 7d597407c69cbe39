// Fuzzes the reader of gossipsub RPCs. Protobuf is not canonical, so what must hold is that re-encoding keeps
// it.
#include "harness.h"
#include "node/networking/rpc.h"
#include "node/networking/topics.h"

namespace {

using lockstep::base::Bytes;
using lockstep::networking::ControlView;
using lockstep::networking::RpcView;

bool same(const ControlView& a, const ControlView& b) {
  if (a.ids.size() != b.ids.size() || a.ihave.size() != b.ihave.size() || a.iwant.size() != b.iwant.size() ||
      a.idontwant.size() != b.idontwant.size() || a.graft != b.graft || a.prune.size() != b.prune.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.prune.size(); ++i) {
    if (a.prune[i].topic != b.prune[i].topic || a.prune[i].backoff != b.prune[i].backoff) {
      return false;
    }
  }
  for (std::size_t i = 0; i < a.ihave.size(); ++i) {
    if (a.ihave[i].topic != b.ihave[i].topic || a.ihave[i].count != b.ihave[i].count) {
      return false;
    }
  }
  return true;
}

bool same(const RpcView& a, const RpcView& b) {
  if (a.subscriptions.size() != b.subscriptions.size() || a.publish.size() != b.publish.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.subscriptions.size(); ++i) {
    if (a.subscriptions[i].subscribe != b.subscriptions[i].subscribe ||
        a.subscriptions[i].topic != b.subscriptions[i].topic) {
      return false;
    }
  }
  for (std::size_t i = 0; i < a.publish.size(); ++i) {
    if (a.publish[i].topic != b.publish[i].topic ||
        lockstep::fuzz::as_text(a.publish[i].data) != lockstep::fuzz::as_text(b.publish[i].data)) {
      return false;
    }
  }
  return same(a.control, b.control);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  if (const auto topic = networking::GossipTopic::parse(fuzz::as_text({data, size}))) {
    fuzz::check(networking::GossipTopic::parse(topic->to_text()) == topic, "a topic comes back");
  }
  RpcView rpc;
  if (!networking::decode_rpc({data, size}, rpc)) {
    return 0;
  }
  Bytes encoded;
  networking::encode_rpc(rpc, encoded);
  RpcView again;
  fuzz::check(networking::decode_rpc(encoded, again), "what was encoded decodes");
  fuzz::check(same(rpc, again), "decode(encode(rpc)) == rpc");
  Bytes twice;
  networking::encode_rpc(again, twice);
  fuzz::check(encoded == twice, "encoding is stable");
  return 0;
}
