// A balance is checked before both of those who change it are known to be done.
// finds: assertion
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
int balance = 0;
bool deposited = false;
bool withdrawn = false;

void deposit() {
  const std::lock_guard lock(guard);
  balance += 10;
  deposited = true;
}

void withdraw() {
  const std::lock_guard lock(guard);
  balance -= 4;
  withdrawn = true;
}

void check() {
  const std::lock_guard lock(guard);
#ifdef CORRECT
  const bool done = deposited && withdrawn;
#else
  const bool done = deposited || withdrawn;
#endif
  if (done) {
    assert(balance == 6);
  }
}
}  // namespace

int main() {
  std::thread a(deposit);
  std::thread b(withdraw);
  std::thread c(check);
  a.join();
  b.join();
  c.join();
}
