import { describe, expect, it } from 'vitest'
import { attackWith, landed, rowOf, stopped, twoColumns } from '../matrix.test-fixture.ts'
import { concludeMatrix } from '../matrix.ts'
import { writeMatrixPage } from './page.ts'

const attack = attackWith({ weak: ['audience'] })
const page = writeMatrixPage(concludeMatrix([{ attack, rows: [rowOf([stopped, landed])] }], twoColumns), [attack])

describe('the page of the matrix', () => {
  it('loads nothing', () => {
    expect(page).not.toMatch(/(src|href)="(?!#)|url\(|@import|<link|<img/)
    expect(page).toContain("default-src 'none'")
  })

  it('shows text from the network and from attacks as text', () => {
    expect(page).not.toMatch(/<b>some way|<i>|An attack <script>/)
    expect(page).toContain('An attack &lt;script&gt;')
  })

  it('says in each cell what lands', () => {
    expect(page).toContain('aria-label="T0 without audience: lands"')
    expect(page).toContain('title="T0 without known_host: stopped"')
  })

  it('draws each way as it lands and as it is stopped', () => {
    expect(page.match(/<svg/g)).toHaveLength(2)
    expect(page).toContain('EXFIL RECEIVED DPoP ‹token 1›')
    expect(page).toContain('3 messages before these')
  })
})
