/** The lab as a page of its own, for whoever sits at this machine. */
export { type LabLimits, type LabOptions, type ServedLab, serveLab } from './lab-server.ts'
