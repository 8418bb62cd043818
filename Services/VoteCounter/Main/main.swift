import ServiceKit
import VoteCounter

await Service.run(VoteCounterService.self)
