import ServiceKit
import Voting

await Service.run(VotingService.self)
