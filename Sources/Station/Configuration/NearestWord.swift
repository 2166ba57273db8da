/// The word of a list that somebody most likely meant; nil when none is near.
///
/// Near is: at most a third of the letters (and at least one) left out, added, changed, or swapped with a neighbour
/// (optimal string alignment). Upper and lower case count as equal.
func nearestWord(to word: String, among words: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased())
    guard wanted.count <= 100 else { return nil }
    return
        words
        .map { (word: $0, distance: distance(wanted, Array($0.lowercased()))) }
        .filter { $0.distance <= max(1, min(wanted.count, $0.word.count) / 3) }
        .min { $0.distance < $1.distance }?.word
}

private func distance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforeLast[j - 1] + 1) }
            row.append(least)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
