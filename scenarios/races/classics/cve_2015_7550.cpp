// A key is read after it was revoked, because it was looked at before the lock was taken.
// finds: crash
#include <atomic>
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace {
struct Payload {
  int length = 8;
};
std::shared_mutex guard;
Payload payload;
std::atomic<bool> revoked{false};
Payload* data = &payload;

void read_key() {
#ifdef CORRECT
  const std::shared_lock lock(guard);
  if (revoked) {
    return;
  }
#else
  if (revoked) {
    return;
  }
  const std::shared_lock lock(guard);
#endif
  assert(data->length == 8);
}

void revoke_key() {
  const std::unique_lock lock(guard);
  revoked = true;
  data = nullptr;
}
}  // namespace

int main() {
  std::thread a(read_key);
  std::thread b(revoke_key);
  a.join();
  b.join();
}
